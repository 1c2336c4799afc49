//! Chunks parsed by threads, and what they gave in order. Knows no tables, stores nothing.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::chunk::{Chunk, Chunks};
use super::parse::{Parsed, Parser, Plan};
use crate::error::{Error, Result};

/// Threads that parse; reading and appending have their own.
const PARSERS: usize = 2;

/// Takes what a chunk gave, or that nothing came for a while; a break or an error ends all.
pub type Take<'t, B> = &'t mut dyn FnMut(Option<Parsed>) -> Result<ControlFlow<B>>;

/// How long nothing but chunks is waited for.
const WAIT: Duration = Duration::from_millis(100);

/// Parses every chunk and hands the results over in order. One chunk needs no threads.
pub fn each_chunk<B>(
    head: Vec<Chunk>,
    chunks: &mut Chunks,
    plan: &Plan,
    take: Take<'_, B>,
) -> Result<ControlFlow<B>> {
    if let [only] = head.as_slice() {
        return take(Some(Parser::new(plan).parse(only)));
    }
    std::thread::scope(|scope| {
        let (chunk_in, chunk_out) = sync_channel::<Chunk>(PARSERS);
        let (parsed_in, parsed_out) = sync_channel::<Parsed>(PARSERS);
        let chunk_out = Arc::new(Mutex::new(chunk_out));
        for _ in 0..PARSERS {
            let (chunk_out, parsed_in) = (chunk_out.clone(), parsed_in.clone());
            scope.spawn(move || {
                let mut parser = Parser::new(plan);
                while let Some(chunk) = next(&chunk_out) {
                    if parsed_in.send(parser.parse(&chunk)).is_err() {
                        return;
                    }
                }
            });
        }
        drop((chunk_out, parsed_in));
        let reader = scope.spawn(move || -> std::io::Result<()> {
            for chunk in head {
                if chunk_in.send(chunk).is_err() {
                    return Ok(());
                }
            }
            while let Some(chunk) = chunks.next()? {
                if chunk_in.send(chunk).is_err() {
                    return Ok(());
                }
            }
            Ok(())
        });
        let flow = in_order(&parsed_out, take);
        // Without a receiver the threads stop by themselves.
        drop(parsed_out);
        let read = reader.join().unwrap_or_else(|_| Err(std::io::Error::other("the reading thread failed")));
        match flow {
            Ok(ControlFlow::Continue(())) => Ok(read.map(ControlFlow::Continue)?),
            other => other,
        }
    })
}

fn next(chunks: &Mutex<Receiver<Chunk>>) -> Option<Chunk> {
    chunks.lock().ok()?.recv().ok()
}

fn in_order<B>(parsed: &Receiver<Parsed>, take: Take<'_, B>) -> Result<ControlFlow<B>> {
    let mut waiting: BTreeMap<u64, Parsed> = BTreeMap::new();
    let mut expected = 0;
    loop {
        match parsed.recv_timeout(WAIT) {
            Ok(found) => drop(waiting.insert(found.number, found)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                if let ControlFlow::Break(found) = take(None)? {
                    return Ok(ControlFlow::Break(found));
                }
            }
        }
        while let Some(found) = waiting.remove(&expected) {
            expected += 1;
            if let ControlFlow::Break(found) = take(Some(found))? {
                return Ok(ControlFlow::Break(found));
            }
        }
    }
    if waiting.is_empty() {
        Ok(ControlFlow::Continue(()))
    } else {
        Err(Error::message("a parsing thread failed"))
    }
}

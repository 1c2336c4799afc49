//! DuckDB's second C API, as far as kernels need it: functions that say of themselves that they cannot fail,
//! which the first one has not. DuckDB moves their calls freely, and makes one call for each entry of a
//! stored dictionary instead of one for each row.
//!
//! The crate has these bindings too, behind a feature that compiles DuckDB anew. They are marked unstable:
//! [`super::connection::Database::in_memory`] takes no release but [`RELEASE`].

use std::ffi::{c_char, c_void};
use std::{ptr, slice};

use crate::error::{Error, Result};

/// The release whose declarations these are.
pub const RELEASE: &str = "v2.0.0";

/// Something of DuckDB's behind a pointer.
pub type Handle = *mut c_void;
/// Zero is success.
pub type Code = u32;
/// Where an error goes; null when nobody wants its text.
pub type Slot = *mut Handle;

/// An error that a function may give when it is fallible.
pub const INPUT_INVALID: Code = 2001;
/// One that DuckDB takes from every function as it is.
pub const INPUT_OBJECT_SIZE: Code = 2004;

pub const FALLIBILITY: u32 = 66048;
pub const INFALLIBLE: u32 = 66048;
pub const NULL_HANDLING: u32 = 65792;
pub const NULL_HANDLING_SPECIAL: u32 = 65793;
pub const STABILITY: u32 = 65536;
pub const STABILITY_VOLATILE: u32 = 65537;

pub const POSITIONAL_ONLY: u32 = 0;
pub const POSITIONAL_VARIADIC: u32 = 2;

pub const VECTOR_OTHER: u32 = 0;
pub const VECTOR_CONSTANT: u32 = 2;
pub const VECTOR_DICTIONARY: u32 = 3;

/// A borrowed text.
#[repr(C)]
pub struct Text {
    start: *const c_char,
    length: u64,
}

/// Something of ours that DuckDB keeps, and how it is freed and compared.
#[repr(C)]
pub struct Kept {
    pub value: *mut c_void,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub equals: Option<unsafe extern "C" fn(*mut c_void, *mut c_void) -> bool>,
}

/// Where the entries of a vector are. An entry's place is `selection[row]`, or the row where that is null.
#[repr(C)]
pub struct View {
    pub data: *const c_void,
    pub validity: *const u64,
    pub selection: *const u32,
    pub count: u64,
}

pub type Callback = unsafe extern "C" fn(info: Handle, context: Handle, slot: Slot);

unsafe extern "C" {
    pub fn duckdb_v2_environment_create(environment: *mut Handle, slot: Slot) -> Code;
    pub fn duckdb_v2_environment_destroy(environment: *mut Handle) -> Code;
    pub fn duckdb_v2_instance_create(environment: Handle, instance: *mut Handle, slot: Slot) -> Code;
    pub fn duckdb_v2_instance_attach(
        instance: Handle,
        name: *const Text,
        path: *const Text,
        options: Handle,
        default: bool,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_instance_destroy(instance: *mut Handle) -> Code;
    pub fn duckdb_v2_connection_create(instance: Handle, connection: *mut Handle, slot: Slot) -> Code;
    pub fn duckdb_v2_connection_destroy(connection: *mut Handle) -> Code;
    pub fn duckdb_v2_connection_get_factory(connection: Handle, factory: *mut Handle, slot: Slot) -> Code;
    pub fn duckdb_v2_connection_register_scalar_function(
        connection: Handle,
        function: Handle,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_factory_create_type_from_text(
        factory: Handle,
        text: *const Text,
        ty: *mut Handle,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_logical_type_destroy(ty: *mut Handle) -> Code;
    pub fn duckdb_v2_scalar_function_create(factory: Handle, function: *mut Handle, slot: Slot) -> Code;
    pub fn duckdb_v2_scalar_function_set_name(function: Handle, name: *const Text, slot: Slot) -> Code;
    /// The signature belongs to the function.
    pub fn duckdb_v2_scalar_function_get_signature(
        function: Handle,
        signature: *mut Handle,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_scalar_function_set_user_data(function: Handle, kept: *mut Kept, slot: Slot) -> Code;
    pub fn duckdb_v2_scalar_function_set_property(function: Handle, key: u32, value: u32, slot: Slot)
    -> Code;
    pub fn duckdb_v2_scalar_function_set_exec_callback(
        function: Handle,
        callback: Callback,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_scalar_function_destroy(function: *mut Handle) -> Code;
    pub fn duckdb_v2_function_signature_add_parameter(
        signature: Handle,
        name: *const Text,
        ty: Handle,
        default: Handle,
        kind: u32,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_function_signature_set_return_type(signature: Handle, ty: Handle, slot: Slot) -> Code;
    pub fn duckdb_v2_scalar_function_exec_get_user_data(
        info: Handle,
        value: *mut *mut c_void,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_scalar_function_exec_get_row_count(info: Handle, rows: *mut u64, slot: Slot) -> Code;
    pub fn duckdb_v2_scalar_function_exec_get_arg_count(
        info: Handle,
        fixed: *mut u64,
        variadic: *mut u64,
        named: *mut u64,
        named_variadic: *mut u64,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_scalar_function_exec_get_arg(
        info: Handle,
        index: u64,
        vector: *mut Handle,
        slot: Slot,
    ) -> Code;
    pub fn duckdb_v2_scalar_function_exec_get_result(info: Handle, vector: *mut Handle, slot: Slot) -> Code;
    pub fn duckdb_v2_vector_get_vector_type(vector: Handle, kind: *mut u32, slot: Slot) -> Code;
    pub fn duckdb_v2_vector_get_view(vector: Handle, view: *mut View, slot: Slot) -> Code;
    pub fn duckdb_v2_vector_flatten(vector: Handle, slot: Slot) -> Code;
    fn duckdb_v2_error_info_get_text(info: Handle, text: *mut Text) -> Code;
    pub fn duckdb_v2_error_info_set_text(info: Handle, text: *const Text) -> Code;
    pub fn duckdb_v2_error_info_set_code(info: Handle, code: Code) -> Code;
    fn duckdb_v2_error_info_destroy(info: *mut Handle) -> Code;
}

/// A text as DuckDB takes it, as long as it is borrowed.
pub fn text(text: &str) -> Text {
    Text { start: text.as_ptr().cast(), length: text.len() as u64 }
}

/// Makes a call that gives a handle.
///
/// # Safety
/// The call writes a handle where its first argument points to, and passes the second on.
pub unsafe fn made(call: impl FnOnce(*mut Handle, Slot) -> Code) -> Result<Handle> {
    let mut handle = ptr::null_mut();
    // SAFETY: both pointers are valid for writes; the caller vouches for the call.
    unsafe { done(|slot| call(&mut handle, slot)) }?;
    Ok(handle)
}

/// Makes a call, and an error of its error.
///
/// # Safety
/// The call passes the slot on to DuckDB.
pub unsafe fn done(call: impl FnOnce(Slot) -> Code) -> Result<()> {
    let mut info: Handle = ptr::null_mut();
    if call(&mut info) == 0 {
        return Ok(());
    }
    let mut message = String::from("DuckDB gave no reason");
    let mut found = Text { start: ptr::null(), length: 0 };
    // SAFETY: on failure the slot is null, which both calls take, or an error that is ours; its text lives
    // until it is destroyed.
    unsafe {
        if duckdb_v2_error_info_get_text(info, &mut found) == 0 && !found.start.is_null() {
            let bytes = slice::from_raw_parts(found.start.cast::<u8>(), found.length as usize);
            message = String::from_utf8_lossy(bytes).into_owned();
        }
        duckdb_v2_error_info_destroy(&mut info);
    }
    Err(Error::Engine { message, sql: None })
}

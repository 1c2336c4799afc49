//! The Fourier transform of a series of any length. Knows complex numbers only.

use std::f64::consts::PI;

use super::values::{Fault, Parts, numbers};
use crate::kernels::Phys::Text;
use crate::kernels::{Cell, Kernel, fail, lenient};

/// Real and, perhaps, imaginary parts. Forward is not scaled, so that the inverse is by the length.
pub const KERNELS: &[Kernel] = &[
    lenient("kql_series_fft", &[Text, Text], Text, |args, out| transformed(args, false, out)),
    lenient("kql_series_ifft", &[Text, Text], Text, |args, out| transformed(args, true, out)),
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    pub real: f64,
    pub imaginary: f64,
}

impl Complex {
    pub const ZERO: Complex = Complex { real: 0.0, imaginary: 0.0 };

    pub const fn new(real: f64, imaginary: f64) -> Complex {
        Complex { real, imaginary }
    }

    fn turned(angle: f64) -> Complex {
        Complex::new(angle.cos(), angle.sin())
    }

    fn plus(self, other: Complex) -> Complex {
        Complex::new(self.real + other.real, self.imaginary + other.imaginary)
    }

    fn minus(self, other: Complex) -> Complex {
        Complex::new(self.real - other.real, self.imaginary - other.imaginary)
    }

    fn times(self, other: Complex) -> Complex {
        Complex::new(
            self.real * other.real - self.imaginary * other.imaginary,
            self.real * other.imaginary + self.imaginary * other.real,
        )
    }

    fn conjugate(self) -> Complex {
        Complex::new(self.real, -self.imaginary)
    }
}

fn transformed<'a>(args: &[Cell<'a>], inverse: bool, out: &'a mut String) -> Cell<'a> {
    let read = || -> Result<(Vec<f64>, Vec<f64>), Fault> {
        let real = numbers(args[0])?;
        let imaginary = match args[1] {
            Cell::Null => vec![0.0; real.len()],
            imaginary => numbers(imaginary)?,
        };
        Ok((real, imaginary))
    };
    let (real, imaginary) = match read() {
        Ok(parts) => parts,
        Err(fault) => return fault.cell(out),
    };
    if real.len() != imaginary.len() {
        return fail(out, "the real and the imaginary part of a series have different lengths");
    }
    let values: Vec<Complex> =
        real.iter().zip(&imaginary).map(|(real, imaginary)| Complex::new(*real, *imaginary)).collect();
    let values = if inverse { inverted(&values) } else { transform(&values) };
    let (real, imaginary): (Vec<f64>, Vec<f64>) =
        values.iter().map(|value| (value.real, value.imaginary)).unzip();
    Parts::new(out).reals(&real).reals(&imaginary).cell()
}

/// The inverse is the transform of the conjugate, conjugated and scaled.
pub fn inverted(values: &[Complex]) -> Vec<Complex> {
    let scale = values.len() as f64;
    let conjugate: Vec<Complex> = values.iter().map(|value| value.conjugate()).collect();
    let scaled = |value: Complex| Complex::new(value.real / scale, -value.imaginary / scale);
    transform(&conjugate).into_iter().map(scaled).collect()
}

pub fn transform(values: &[Complex]) -> Vec<Complex> {
    let mut values = values.to_vec();
    if values.len() <= 1 {
        return values;
    }
    if values.len().is_power_of_two() {
        by_halves(&mut values);
        return values;
    }
    of_any_length(&values)
}

/// Cooley and Tukey's algorithm in place, for a power of two.
fn by_halves(values: &mut [Complex]) {
    let length = values.len();
    let bits = length.trailing_zeros();
    for at in 0..length {
        let mirrored = at.reverse_bits() >> (usize::BITS - bits);
        if at < mirrored {
            values.swap(at, mirrored);
        }
    }
    let turns: Vec<Complex> =
        (0..length / 2).map(|at| Complex::turned(-2.0 * PI * at as f64 / length as f64)).collect();
    let mut half = 1;
    while half < length {
        let stride = length / (2 * half);
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (at, (low, high)) in low.iter_mut().zip(high).enumerate() {
                let turned = high.times(turns[at * stride]);
                (*low, *high) = (low.plus(turned), low.minus(turned));
            }
        }
        half *= 2;
    }
}

/// Bluestein's algorithm: a convolution with a chirp, by transforms of a power of two.
fn of_any_length(values: &[Complex]) -> Vec<Complex> {
    let length = values.len();
    let padded = (2 * length - 1).next_power_of_two();
    // The square is taken modulo twice the length, so that the angle keeps its digits.
    let chirp = |at: usize| {
        let square = (at as u128 * at as u128) % (2 * length as u128);
        Complex::turned(-PI * square as f64 / length as f64)
    };
    let chirps: Vec<Complex> = (0..length).map(chirp).collect();
    let mut turned = vec![Complex::ZERO; padded];
    let mut kernel = vec![Complex::ZERO; padded];
    for (at, chirp) in chirps.iter().enumerate() {
        turned[at] = values[at].times(*chirp);
        kernel[at] = chirp.conjugate();
        kernel[(padded - at) % padded] = chirp.conjugate();
    }
    by_halves(&mut turned);
    by_halves(&mut kernel);
    let product: Vec<Complex> = turned.iter().zip(&kernel).map(|(a, b)| a.times(*b)).collect();
    let convolved = inverted(&product);
    convolved.iter().zip(&chirps).map(|(value, chirp)| value.times(*chirp)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Complex, PI, inverted, transform};
    use crate::kernels::Cell::{Null, Text};
    use crate::kernels::testing::call;
    use proptest::prelude::*;

    fn by_definition(values: &[Complex]) -> Vec<Complex> {
        let length = values.len() as f64;
        let at = |place: usize| {
            values.iter().enumerate().fold(Complex::ZERO, |sum, (at, value)| {
                sum.plus(value.times(Complex::turned(-2.0 * PI * (at * place) as f64 / length)))
            })
        };
        (0..values.len()).map(at).collect()
    }

    fn near(left: &[Complex], right: &[Complex]) -> bool {
        left.iter().zip(right).all(|(left, right)| {
            (left.real - right.real).abs() < 1e-6 && (left.imaginary - right.imaginary).abs() < 1e-6
        })
    }

    proptest! {
        #[test]
        fn every_length_is_as_the_definition(values in prop::collection::vec((-9.0..9.0f64, -9.0..9.0f64), 0..70)) {
            let values: Vec<Complex> = values.into_iter().map(|(real, imag)| Complex::new(real, imag)).collect();
            let transformed = transform(&values);
            prop_assert!(near(&transformed, &by_definition(&values)));
            prop_assert!(near(&inverted(&transformed), &values));
        }
    }

    #[test]
    fn a_constant_has_one_frequency() {
        let run = |real, imag| call("kql_series_fft", &[Text(real), imag]);
        assert_eq!(run("[1,1]", Null), "[[2.0,0.0],[0.0,0.0]]");
        assert_eq!(run("[]", Null), "[[],[]]");
        assert!(run("[1]", Text("[1,2]")).starts_with("error: the real and the imaginary part"));
        assert_eq!(call("kql_series_ifft", &[Text("[2,0]"), Text("[0,0]")]), "[[1.0,1.0],[0.0,-0.0]]");
    }
}

//! What make-series computes beside the aggregates that the query names. Knows types and kernels; no plan.

use super::func::Lower::{Build, Kernel, Sql};
use super::func::Ret::{Arg, Is};
use super::func::{Arg as Text, BOOL, DATETIME, JSON, LONG, REAL, Sig, TIMESPAN, sig};
use crate::types::Type;
use crate::types::Type::{Datetime, Dynamic, Long, Real, Timespan};

/// How the steps along an axis of one type are computed.
pub struct Axis {
    pub ty: Type,
    pub step: Type,
    /// The least and the greatest bin of a series.
    pub least: Sig,
    pub greatest: Sig,
    /// Bins with their values, collected in any order.
    pub packed: Sig,
    /// Packed values, first bin, stop, step, whether the stop is exclusive, default.
    pub values: Sig,
    /// First bin, stop, step, whether the stop is exclusive.
    pub axis: Sig,
}

macro_rules! axis {
    ($ty:ident, $param:ident, $step:ident, $step_param:ident, $values:literal, $axis:literal) => {
        Axis {
            ty: $ty,
            step: $step,
            least: sig(&[$param], Arg(0), Sql("min({0})")),
            greatest: sig(&[$param], Arg(0), Sql("max({0})")),
            packed: sig(&[$param, JSON], Is(Dynamic), Build(packed)),
            values: sig(&[JSON, $param, $param, $step_param, BOOL, JSON], Is(Dynamic), Kernel($values)),
            axis: sig(&[$param, $param, $step_param, BOOL], Is(Dynamic), Kernel($axis)),
        }
    };
}

/// The types that an axis may have; an int counts as a long.
pub static AXES: [Axis; 4] = [
    axis!(Datetime, DATETIME, Timespan, TIMESPAN, "kql_series_long", "kql_axis_datetime"),
    axis!(Timespan, TIMESPAN, Timespan, TIMESPAN, "kql_series_long", "kql_axis_timespan"),
    axis!(Long, LONG, Long, LONG, "kql_series_long", "kql_axis_long"),
    axis!(Real, REAL, Real, REAL, "kql_series_real", "kql_axis_real"),
];

fn packed(args: &[Text<'_>]) -> String {
    format!("list({}::VARCHAR || ' ' || coalesce({}, 'null'))", args[0].sql, args[1].sql)
}

pub fn axis(ty: Type) -> Option<&'static Axis> {
    AXES.iter().find(|axis| axis.ty == ty)
}

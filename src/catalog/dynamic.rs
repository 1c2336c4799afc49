//! Functions over dynamic values: arrays, bags, sets and JSON text. Knows SQL and the kernels by name;
//! no plan.

use super::func::Lower::{Build, Kernel, Refuse, Sql};
use super::func::Ret::{Is, Typeof};
use super::func::{
    ANY, Arg, BOOL, DATETIME, DYN, Elements, Fixed, Func, JSON, LONG, Label, ONLY_STR, PLAIN, Param, REAL,
    SCALAR, Shape, Sig, TEXT, TIMESPAN, TYPE, f, fixed, named, rest, shaped, sig,
};
use crate::types::Type::{self, Bool, Dynamic, Long, Real, String};

const ARRAY: Param = named("array", shaped(Shape::ArrayOrNull, DYN));
const BAG: Param = named("bag", shaped(Shape::BagOrNull, DYN));
const SET: Param = named("set", ARRAY);
/// Other values are as `tostring()` shows them ("dynamic_to_json()").
const DYNAMIC_TO_JSON: Sig = sig(&[named("value", DYN)], Is(String), Kernel("kql_dynamic_to_json"));
const KEY: Param = named("key", PLAIN);
const VALUE: Param = named("value", JSON);
/// Anything as JSON text; a decimal is a text there (agent-aggregation-0032).
const PACKED: Param = Param { types: ANY.types, ..VALUE };
/// `repeat()` refuses a dynamic (agent-dynamic-json-0022).
const REPEATED: Param = Param { types: SCALAR.types, ..VALUE };
/// One index, or an array of some.
const INDEX: Param =
    Param { types: &[Type::Int, Long, Dynamic], ..named("index", shaped(Shape::Array, JSON)) };
const BY: Param = named("by", LONG);
const START: Param = named("start", LONG);

/// The SQL that makes JSON text of a value of this type.
pub const fn json_of(ty: Type) -> &'static str {
    match ty {
        Type::Bool | Type::Int | Type::Long => "CAST({0} AS VARCHAR)",
        Type::Real => "kql_json_of_real({0})",
        Type::Datetime => "kql_json_of_datetime({0})",
        Type::Timespan => "kql_json_of_timespan({0})",
        Type::Guid | Type::Decimal | Type::String => "kql_json_of_string({0})",
        Type::Dynamic => "{0}",
    }
}

const PARSE: &[Sig] =
    &[sig(&[ONLY_STR], Is(Dynamic), Kernel("kql_parse_json")), sig(&[DYN], Is(Dynamic), Sql("{0}"))];
const INDEX_OF: &[Sig] = &[
    sig(&[ARRAY, VALUE], Is(Long), Sql("kql_array_index_of({*}, 0, -1, 1)")),
    sig(&[ARRAY, VALUE, START], Is(Long), Sql("kql_array_index_of({*}, -1, 1)")),
    sig(&[ARRAY, VALUE, START, named("length", LONG)], Is(Long), Sql("kql_array_index_of({*}, 1)")),
    sig(
        &[ARRAY, VALUE, START, named("length", LONG), named("occurrence", LONG)],
        Is(Long),
        Kernel("kql_array_index_of"),
    ),
];
const SHIFT_LEFT: &[Sig] = &[
    sig(&[ARRAY, BY], Is(Dynamic), Sql("kql_array_shift_left({*}, NULL)")),
    sig(&[ARRAY, BY, VALUE], Is(Dynamic), Kernel("kql_array_shift_left")),
];
const SHIFT_RIGHT: &[Sig] = &[
    sig(&[ARRAY, BY], Is(Dynamic), Sql("kql_array_shift_right({*}, NULL)")),
    sig(&[ARRAY, BY, VALUE], Is(Dynamic), Kernel("kql_array_shift_right")),
];
const SEVERAL_SORTED: Sig = sig(
    &[ARRAY, ARRAY, rest(ANY)],
    Is(Dynamic),
    Refuse(
        "Several arrays give several values: take one with array_sort_asc(a, b)[1], or name all in an extend, \
         as in (x, y) = array_sort_asc(a, b).",
    ),
);
const NULLS_LAST: Param = named("nulls_last", BOOL);
const SORTED: Param = named("sorted", ARRAY);
/// The second array in the ascending order of the first; `plan::several` makes these calls.
pub static SORT_BY_ASC: Func =
    f("array_sort_asc", &[sig(&[ARRAY, SORTED, NULLS_LAST], Is(Dynamic), Kernel("kql_array_sort_asc_by"))])
        .tells(&[Type::Timespan, Type::Decimal])
        .tells_mixed(&[Type::Datetime, Type::Guid]);
/// The second array in the descending order of the first.
pub static SORT_BY_DESC: Func =
    f("array_sort_desc", &[sig(&[ARRAY, SORTED, NULLS_LAST], Is(Dynamic), Kernel("kql_array_sort_desc_by"))])
        .tells(&[Type::Timespan, Type::Decimal])
        .tells_mixed(&[Type::Datetime, Type::Guid]);
const SORT_ASC: &[Sig] = &[
    sig(&[ARRAY], Is(Dynamic), Sql("kql_array_sort_asc({0}, true)")),
    sig(&[ARRAY, NULLS_LAST], Is(Dynamic), Kernel("kql_array_sort_asc")),
    SEVERAL_SORTED,
];
const SORT_DESC: &[Sig] = &[
    sig(&[ARRAY], Is(Dynamic), Sql("kql_array_sort_desc({0}, true)")),
    sig(&[ARRAY, NULLS_LAST], Is(Dynamic), Kernel("kql_array_sort_desc")),
    SEVERAL_SORTED,
];
const RANGE: &[Sig] = &[
    sig(&[LONG, LONG], Is(Dynamic), Sql("kql_range_long({*}, 1)")),
    sig(&[LONG, LONG, LONG], Is(Dynamic), Kernel("kql_range_long")),
    sig(&[REAL, REAL], Is(Dynamic), Sql("kql_range_real({*}, 1)")),
    sig(&[REAL, REAL, REAL], Is(Dynamic), Kernel("kql_range_real")),
    sig(&[DATETIME, DATETIME], Is(Dynamic), Sql("kql_range_datetime({*}, 36000000000)")),
    sig(&[DATETIME, DATETIME, TIMESPAN], Is(Dynamic), Kernel("kql_range_datetime")),
    sig(&[TIMESPAN, TIMESPAN], Is(Dynamic), Sql("kql_range_timespan({*}, 36000000000)")),
    sig(&[TIMESPAN, TIMESPAN, TIMESPAN], Is(Dynamic), Kernel("kql_range_timespan")),
];
const JSON_PATH: Param = fixed(Fixed::Constant, named("path", PLAIN));
const EXTRACT_JSON: &[Sig] = &[
    sig(&[JSON_PATH, named("source", PLAIN)], Is(String), Sql("kql_json_tostring(kql_extract_json({*}))")),
    sig(
        &[JSON_PATH, named("source", PLAIN), TYPE],
        Typeof,
        Sql("kql_json_tostring(kql_extract_json({0}, {1}))"),
    ),
];
/// What becomes a text inside of a dynamic.
pub const TEXTS: &[Type] = &[Type::Datetime, Type::Timespan, Type::Guid, Type::Decimal];
const GETTYPE: &[Sig] =
    &[sig(&[DYN], Is(String), Kernel("kql_gettype")), sig(&[ANY], Is(String), Build(type_name))];

/// What mv-expand kind=array does with a bag before it is expanded; no function of KQL.
pub static PAIRS: Func = f("mv-expand", &[sig(&[BAG], Is(Dynamic), Kernel("kql_bag_pairs"))]);

/// What `to typeof()` makes of an element; one of another kind becomes null, and no text is read as a number
/// ("mv-expand operator": cast-only). A bool takes whole numbers too, a number loses its fraction.
pub fn element(ty: Type) -> Option<&'static Func> {
    ELEMENTS.iter().find(|(known, _)| *known == ty).map(|(_, row)| row)
}

static ELEMENTS: [(Type, Func); 6] = [
    (Type::Bool, f("mv-expand", &[sig(&[DYN], Is(Type::Bool), Kernel("kql_element_bool"))])),
    (Type::Int, f("mv-expand", &[sig(&[DYN], Is(Type::Int), Kernel("kql_element_int"))])),
    (Type::Long, f("mv-expand", &[sig(&[DYN], Is(Long), Kernel("kql_element_long"))])),
    (Type::Real, f("mv-expand", &[sig(&[DYN], Is(Type::Real), Kernel("kql_element_real"))])),
    (
        Type::Datetime,
        f("mv-expand", &[sig(&[DYN], Is(Type::Datetime), Sql("kql_todatetime(kql_element_text({0}))"))]),
    ),
    (Type::Guid, f("mv-expand", &[sig(&[DYN], Is(Type::Guid), Sql("kql_toguid(kql_element_text({0}))"))])),
];

pub static ROWS: &[Func] = &[
    f("parse_json", PARSE)
        .aliases(&["todynamic"])
        .formerly(&["parsejson", "toobject"])
        .label(Label::FirstArg)
        .doc("The value that a JSON text spells.")
        .trap("Text that is no JSON becomes a string; empty text becomes null (agent-null-and-edge-0028).")
        .example("print parse_json('{\"a\": [1, 2]}').a[1]", "2"),
    f("gettype", GETTYPE)
        .label(Label::Prefix("type"))
        .tells(TEXTS)
        .doc("The name of the type of a value; of a dynamic, what it holds.")
        .example("print gettype(dynamic({\"a\": 1}))", "dictionary"),
    f("array_length", &[sig(&[ARRAY], Is(Long), Kernel("kql_array_length"))])
        .formerly(&["arraylength"])
        .order_blind()
        .doc("How many elements an array has; null for anything else.")
        .example("print array_length(dynamic([1, 2, 3]))", "3"),
    f("array_concat", &[sig(&[ARRAY, rest(ARRAY)], Is(Dynamic), Kernel("kql_array_concat"))])
        .most(64)
        .doc("The elements of all arrays in one array; what is no array is passed over.")
        .example("print array_concat(dynamic([1, 2]), dynamic([3]))", "[1,2,3]"),
    f(
        "array_iff",
        &[sig(
            &[named("conditions", ARRAY), named("then", JSON), named("else", JSON)],
            Is(Dynamic),
            Kernel("kql_array_iff"),
        )],
    )
    .aliases(&["array_iif"])
    .doc("For each condition an element of the second array, or of the third; both may be single values.")
    .example("print array_iff(dynamic([true, false]), 'yes', 'no')", "[\"yes\",\"no\"]"),
    f("array_index_of", INDEX_OF)
        .doc("Where a value stands in an array, from 0; -1 when it does not.")
        .example("print array_index_of(dynamic(['a', 'b']), 'b')", "1"),
    f("array_reverse", &[sig(&[ARRAY], Is(Dynamic), Kernel("kql_array_reverse"))])
        .elements(Elements::OfArrays)
        .doc("The elements from the last to the first.")
        .example("print array_reverse(dynamic([1, 2, 3]))", "[3,2,1]"),
    f("array_rotate_left", &[sig(&[ARRAY, BY], Is(Dynamic), Kernel("kql_array_rotate_left"))])
        .elements(Elements::OfArrays)
        .doc("Moves elements from the front of an array to its end.")
        .example("print array_rotate_left(dynamic([1, 2, 3]), 1)", "[2,3,1]"),
    f("array_rotate_right", &[sig(&[ARRAY, BY], Is(Dynamic), Kernel("kql_array_rotate_right"))])
        .elements(Elements::OfArrays)
        .doc("Moves elements from the end of an array to its front.")
        .example("print array_rotate_right(dynamic([1, 2, 3]), 1)", "[3,1,2]"),
    f("array_shift_left", SHIFT_LEFT)
        .doc("Drops elements at the front of an array and fills up at its end.")
        .example("print array_shift_left(dynamic([1, 2, 3]), 1, 0)", "[2,3,0]"),
    f("array_shift_right", SHIFT_RIGHT)
        .doc("Drops elements at the end of an array and fills up at its front.")
        .example("print array_shift_right(dynamic([1, 2, 3]), 1, 0)", "[0,1,2]"),
    f("array_slice", &[sig(&[ARRAY, START, named("end", LONG)], Is(Dynamic), Kernel("kql_array_slice"))])
        .elements(Elements::OfArrays)
        .doc("The elements from one index to another.")
        .trap("Both ends belong to it; negative indexes count from the end.")
        .example("print array_slice(dynamic([1, 2, 3, 4]), 1, -2)", "[2,3]"),
    f("array_sort_asc", SORT_ASC)
        .label(Label::Suffix("_sorted", "array0_sorted"))
        .tells(&[Type::Timespan, Type::Decimal])
        .tells_mixed(&[Type::Datetime, Type::Guid])
        .elements(Elements::OfArrays)
        .sorts_by(&SORT_BY_ASC)
        .doc("The elements in ascending order; of several arrays all in that of the first.")
        .trap("Nulls come last unless the last argument is false. An array of another length than the first gives null.")
        .example("print array_sort_asc(dynamic([3, 1, null, 2]))", "[1,2,3,null]"),
    f("array_sort_desc", SORT_DESC)
        .label(Label::Suffix("_sorted", "array0_sorted"))
        .tells(&[Type::Timespan, Type::Decimal])
        .tells_mixed(&[Type::Datetime, Type::Guid])
        .elements(Elements::OfArrays)
        .sorts_by(&SORT_BY_DESC)
        .doc("The elements in descending order; of several arrays all in that of the first.")
        .trap("Nulls come last unless the last argument is false. An array of another length than the first gives null.")
        .example("print array_sort_desc(dynamic([3, 1, null, 2]))", "[3,2,1,null]"),
    f("array_split", &[sig(&[ARRAY, INDEX], Is(Dynamic), Kernel("kql_array_split"))])
        .doc("Cuts an array into arrays, at an index or at each of an array of indexes.")
        .example("print array_split(dynamic([1, 2, 3]), 1)", "[[1],[2,3]]"),
    f("array_sum", &[sig(&[ARRAY], Is(Real), Kernel("kql_array_sum"))])
        .successor("series_sum")
        .doc("The sum of the elements; null when one of them is no number.")
        .trap("A real, also of whole numbers (agent-null-and-edge-0027).")
        .example("print array_sum(dynamic([1, 2, 3]))", "6.0"),
    f("bag_keys", &[sig(&[BAG], Is(Dynamic), Kernel("kql_bag_keys"))])
        .elements(Elements::Texts)
        .doc("The names of the properties of a bag; null for anything else.")
        .example("print bag_keys(dynamic({\"b\": 1, \"a\": 2}))", "[\"b\",\"a\"]"),
    f("bag_merge", &[sig(&[BAG, BAG, rest(BAG)], Is(Dynamic), Kernel("kql_bag_merge"))])
        .most(64)
        .doc("One bag of the properties of all.")
        .trap("Of equal names the leftmost value stays.")
        .example("print bag_merge(dynamic({\"a\": 1}), dynamic({\"a\": 2, \"b\": 3}))", "{\"a\":1,\"b\":3}"),
    f("bag_has_key", &[sig(&[BAG, KEY], Is(Bool), Kernel("kql_bag_has_key"))])
        .doc("Whether a bag has a property of this name, or something at this JSON path.")
        .example("print bag_has_key(dynamic({\"a\": {\"b\": 1}}), '$.a.b')", "true"),
    f("bag_remove_keys", &[sig(&[BAG, named("keys", ARRAY)], Is(Dynamic), Kernel("kql_bag_remove_keys"))])
        .doc("The bag without the properties whose names or JSON paths an array lists.")
        .example("print bag_remove_keys(dynamic({\"a\": 1, \"b\": 2}), dynamic(['a']))", "{\"b\":2}"),
    f("bag_set_key", &[sig(&[BAG, fixed(Fixed::Constant, KEY), VALUE], Is(Dynamic), Kernel("kql_bag_set_key"))])
        .doc("The bag with the property of this name or JSON path set to a value.")
        .example("print bag_set_key(dynamic({\"a\": 1}), 'b', 2)", "{\"a\":1,\"b\":2}"),
    f("bag_zip", &[sig(&[named("keys", ARRAY), named("values", ARRAY)], Is(Dynamic), Kernel("kql_bag_zip"))])
        .doc("A bag of an array of names and an array of values.")
        .example("print bag_zip(dynamic(['a', 'b']), dynamic([1, 2]))", "{\"a\":1,\"b\":2}"),
    f("bag_pack", &[sig(&[rest(PACKED)], Is(Dynamic), Kernel("kql_bag_pack"))])
        .formerly(&["pack", "pack_dictionary"])
        .pairs(&[Type::String, Type::Dynamic], 0)
        .doc("A bag of names and values, given in turn.")
        .example("print bag_pack('a', 1, 'b', 'x')", "{\"a\":1,\"b\":\"x\"}"),
    f("column_names_of", &[sig(&[named("table", ANY)], Is(Dynamic), Sql("'[]'"))])
        .doc("The names of a table's columns, in an array.")
        .example("let T = datatable(a:long, b:string)[]; print column_names_of(T)", "[\"a\",\"b\"]"),
    f("pack_all", &[sig(&[rest(PACKED)], Is(Dynamic), Kernel("kql_bag_pack_present"))])
        .doc("A bag of all columns; with true, of those that are neither null nor empty.")
        .example("print a = 1, b = '' | project pack_all(true)", "{\"a\":1}"),
    f("pack_array", &[sig(&[PACKED, rest(PACKED)], Is(Dynamic), Kernel("kql_pack_array"))])
        .elements(Elements::OfAll)
        .doc("An array of the arguments.")
        .example("print pack_array(1, 'a', 2.5)", "[1,\"a\",2.5]"),
    f("set_union", &[sig(&[SET, SET, rest(SET)], Is(Dynamic), Kernel("kql_set_union"))])
        .most(64)
        .elements(Elements::OfArrays)
        .doc("The different elements of all arrays.")
        .example("print set_union(dynamic([1, 2]), dynamic([2, 3]))", "[1,2,3]"),
    f("set_intersect", &[sig(&[SET, SET, rest(SET)], Is(Dynamic), Kernel("kql_set_intersect"))])
        .most(64)
        .elements(Elements::OfArrays)
        .doc("The different elements that all arrays have.")
        .example("print set_intersect(dynamic([1, 2, 3]), dynamic([3, 2]))", "[2,3]"),
    f("set_difference", &[sig(&[SET, SET, rest(SET)], Is(Dynamic), Kernel("kql_set_difference"))])
        .most(64)
        .elements(Elements::OfArrays)
        .doc("The different elements of the first array that no other has.")
        .example("print set_difference(dynamic([1, 2, 3]), dynamic([2]))", "[1,3]"),
    f("set_equals", &[sig(&[SET, SET], Is(Bool), Kernel("kql_set_equals"))])
        .doc("Whether two arrays have the same different elements.")
        .example("print set_equals(dynamic([1, 2, 2]), dynamic([2, 1]))", "true"),
    f("set_has_element", &[sig(&[SET, VALUE], Is(Bool), Kernel("kql_set_has_element"))])
        .order_blind()
        .doc("Whether an array has this element.")
        .example("print set_has_element(dynamic(['a', 'b']), 'b')", "true"),
    f("jaccard_index", &[sig(&[SET, SET], Is(Real), Kernel("kql_jaccard_index"))])
        .doc("How many of all different elements two arrays have in common, from 0 to 1.")
        .example("print jaccard_index(dynamic([1, 2, 3]), dynamic([1, 2, 3, 4]))", "0.75"),
    f("zip", &[sig(&[ARRAY, ARRAY, rest(ARRAY)], Is(Dynamic), Kernel("kql_zip"))])
        .most(64)
        .doc("An array of arrays: the first elements, the second ones, and so on.")
        .example("print zip(dynamic([1, 2]), dynamic([3, 4]))", "[[1,3],[2,4]]"),
    f("repeat", &[sig(&[REPEATED, named("count", LONG)], Is(Dynamic), Kernel("kql_repeat"))])
        .label(Label::Prefix("repeat"))
        .doc("An array that holds one value so many times; null for a negative count.")
        .example("print repeat(1, 3)", "[1,1,1]"),
    f("range", RANGE)
        .elements(Elements::OfFirst)
        .doc("An array of evenly spaced numbers, datetimes or timespans, the end included.")
        .trap("At most 1,048,576 elements; more are cut off, as Kusto does.")
        .example("print range(1, 8, 3)", "[1,4,7]"),
    f("treepath", &[sig(&[named("object", BAG)], Is(Dynamic), Kernel("kql_treepath"))])
        .label(Label::Prefix("tree"))
        .doc("The paths of all values inside a value.")
        .example("print treepath(dynamic({\"a\": [1, 2]}))", "[\"['a']\",\"['a'][0]\"]"),
    f("dynamic_to_json", &[DYNAMIC_TO_JSON, sig(&[TEXT], Is(String), Sql("{0}"))])
        .doc("The JSON text of a value with the properties of bags in order of their names.")
        .example("print dynamic_to_json(dynamic({\"b\": 2, \"a\": 1}))", "{\"a\":1,\"b\":2}"),
    f("extract_json", EXTRACT_JSON)
        .aliases(&["extractjson"])
        .doc("The value at a JSON path in a text, as a string unless a type is given.")
        .trap(
            "Only names and indexes: wildcards, slices and filters of JSONPath end the query with an error.",
        )
        .example("print extract_json('$.a[1]', '{\"a\": [1, \"x\"]}')", "x"),
];

fn type_name(args: &[Arg<'_>]) -> std::string::String {
    args.first().map_or_else(std::string::String::new, |arg| format!("'{}'", arg.ty.name()))
}

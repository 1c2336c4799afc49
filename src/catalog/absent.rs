//! Functions that Kusto has and kqlhunt has not, each with a reason and a way out, so that a query is
//! told more than that a name is unknown. Knows nothing else.

use super::func::Lower::{Refuse, Sql};
use super::func::Ret::Is;
use super::func::{ANY, Func, Sig, f, rest, sig};
use crate::types::Type::{Dynamic, Guid};

/// A function of a family that is refused as a whole.
const fn absent(name: &'static str, sigs: &'static [Sig], doc: &'static str) -> Func {
    f(name, sigs).doc(doc)
}

const GEO: &[Sig] = &[sig(
    &[rest(ANY)],
    Is(Dynamic),
    Refuse(
        "Lines, areas and cells on the earth are not built in; keep the coordinates in the result and work on them outside.",
    ),
)];
const GEO_DOC: &str = "Computes with lines, areas and cells on the earth.";

const CLUSTER: &[Sig] = &[sig(
    &[rest(ANY)],
    Is(Dynamic),
    Refuse(
        "There is no cluster behind kqlhunt, so it has no answer; write the value into the query as a literal.",
    ),
)];
const CLUSTER_DOC: &str = "Says something about the Kusto cluster or who asks it.";

const ESTIMATE: &[Sig] = &[sig(
    &[rest(ANY)],
    Is(Dynamic),
    Refuse("Kusto's storage sizes mean nothing here; use string_size() on the columns in question."),
)];

const GRAPH: &[Sig] = &[sig(
    &[rest(ANY)],
    Is(Dynamic),
    Refuse("Graphs are not built here; follow one step after the other with join."),
)];
const GRAPH_DOC: &str = "Part of a graph query.";

pub static ROWS: &[Func] = &[
    f("new_guid", &[sig(&[], Is(Guid), Sql("CAST(uuid() AS VARCHAR)"))])
        .volatile()
        .doc("A random guid, another one for each row.")
        .example("print strlen(tostring(new_guid()))", "36"),
    absent("estimate_data_size", ESTIMATE, "How many bytes the values take in Kusto's storage."),
    absent("graph", GRAPH, GRAPH_DOC),
    absent("all", GRAPH, GRAPH_DOC),
    absent("map", GRAPH, GRAPH_DOC),
    absent("inner_nodes", GRAPH, GRAPH_DOC),
    absent("node_degree_in", GRAPH, GRAPH_DOC),
    absent("node_degree_out", GRAPH, GRAPH_DOC),
    absent("node_id", GRAPH, GRAPH_DOC),
    absent("labels", GRAPH, GRAPH_DOC),
    absent("cluster", CLUSTER, CLUSTER_DOC),
    absent("database", CLUSTER, CLUSTER_DOC),
    absent("external_table", CLUSTER, CLUSTER_DOC),
    absent("materialized_view", CLUSTER, CLUSTER_DOC),
    absent("entity_group", CLUSTER, CLUSTER_DOC),
    absent("stored_query_result", CLUSTER, CLUSTER_DOC),
    absent("current_cluster_endpoint", CLUSTER, CLUSTER_DOC),
    absent("current_database", CLUSTER, CLUSTER_DOC),
    absent("current_principal", CLUSTER, CLUSTER_DOC),
    absent("current_principal_details", CLUSTER, CLUSTER_DOC),
    absent("current_principal_is_member_of", CLUSTER, CLUSTER_DOC),
    absent("extent_id", CLUSTER, CLUSTER_DOC),
    absent("extentid", CLUSTER, CLUSTER_DOC),
    absent("extent_tags", CLUSTER, CLUSTER_DOC),
    absent("current_node_id", CLUSTER, CLUSTER_DOC),
    absent("row_id", CLUSTER, CLUSTER_DOC),
    absent("cursor_after", CLUSTER, CLUSTER_DOC),
    absent("cursor_before_or_at", CLUSTER, CLUSTER_DOC),
    absent("cursor_current", CLUSTER, CLUSTER_DOC),
    absent("current_cursor", CLUSTER, CLUSTER_DOC),
    absent("rowstore_ordinal_range", CLUSTER, CLUSTER_DOC),
    absent("geo_from_wkt", GEO, GEO_DOC),
    absent("geo_distance_point_to_line", GEO, GEO_DOC),
    absent("geo_distance_point_to_polygon", GEO, GEO_DOC),
    absent("geo_point_in_polygon", GEO, GEO_DOC),
    absent("geo_point_buffer", GEO, GEO_DOC),
    absent("geo_line_buffer", GEO, GEO_DOC),
    absent("geo_polygon_buffer", GEO, GEO_DOC),
    absent("geo_intersects_2lines", GEO, GEO_DOC),
    absent("geo_intersection_2lines", GEO, GEO_DOC),
    absent("geo_intersects_line_with_polygon", GEO, GEO_DOC),
    absent("geo_intersection_line_with_polygon", GEO, GEO_DOC),
    absent("geo_intersects_2polygons", GEO, GEO_DOC),
    absent("geo_intersection_2polygons", GEO, GEO_DOC),
    absent("geo_union_polygons_array", GEO, GEO_DOC),
    absent("geo_union_lines_array", GEO, GEO_DOC),
    absent("geo_polygon_to_s2cells", GEO, GEO_DOC),
    absent("geo_line_to_s2cells", GEO, GEO_DOC),
    absent("geo_polygon_densify", GEO, GEO_DOC),
    absent("geo_polygon_area", GEO, GEO_DOC),
    absent("geo_polygon_centroid", GEO, GEO_DOC),
    absent("geo_polygon_perimeter", GEO, GEO_DOC),
    absent("geo_line_length", GEO, GEO_DOC),
    absent("geo_line_centroid", GEO, GEO_DOC),
    absent("geo_line_densify", GEO, GEO_DOC),
    absent("geo_line_simplify", GEO, GEO_DOC),
    absent("geo_line_locate_point", GEO, GEO_DOC),
    absent("geo_line_interpolate_point", GEO, GEO_DOC),
    absent("geo_closest_point_on_line", GEO, GEO_DOC),
    absent("geo_closest_point_on_polygon", GEO, GEO_DOC),
    absent("geo_polygon_simplify", GEO, GEO_DOC),
    absent("geo_simplify_polygons_array", GEO, GEO_DOC),
    absent("geo_geohash_neighbors", GEO, GEO_DOC),
    absent("geo_point_to_s2cell", GEO, GEO_DOC),
    absent("geo_s2cell_to_central_point", GEO, GEO_DOC),
    absent("geo_s2cell_neighbors", GEO, GEO_DOC),
    absent("geo_s2cell_to_polygon", GEO, GEO_DOC),
    absent("geo_point_to_h3cell", GEO, GEO_DOC),
    absent("geo_h3cell_to_central_point", GEO, GEO_DOC),
    absent("geo_h3cell_to_polygon", GEO, GEO_DOC),
    absent("geo_h3cell_neighbors", GEO, GEO_DOC),
    absent("geo_h3cell_children", GEO, GEO_DOC),
    absent("geo_h3cell_parent", GEO, GEO_DOC),
    absent("geo_h3cell_rings", GEO, GEO_DOC),
    absent("geo_h3cell_level", GEO, GEO_DOC),
    absent("geo_polygon_to_h3cells", GEO, GEO_DOC),
];

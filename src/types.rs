//! KQL's scalar types: one row each. Knows their names, not their values.

/// A scalar type of KQL ("Scalar data types" in the Kusto reference).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    Bool,
    Datetime,
    Decimal,
    Dynamic,
    Guid,
    Int,
    Long,
    Real,
    String,
    Timespan,
}

/// What a type is called in each of the places that name it.
pub struct TypeRow {
    pub ty: Type,
    /// KQL name, and `ColumnType` in Kusto v1 JSON.
    pub name: &'static str,
    /// Other spellings that KQL accepts.
    pub aliases: &'static [&'static str],
    /// `DataType` in Kusto v1 JSON.
    pub system: &'static str,
    /// The one physical type in DuckDB. Datetimes and timespans are ticks of 100 ns (datetimes
    /// since 0001-01-01T00:00:00Z), dynamic is JSON text, guid its lower-case text, decimal its text.
    pub sql: &'static str,
}

const fn row(
    ty: Type,
    name: &'static str,
    aliases: &'static [&'static str],
    system: &'static str,
    sql: &'static str,
) -> TypeRow {
    TypeRow { ty, name, aliases, system, sql }
}

/// In the order of [`Type`].
pub const TYPES: [TypeRow; 10] = [
    row(Type::Bool, "bool", &["boolean"], "SByte", "BOOLEAN"),
    row(Type::Datetime, "datetime", &["date"], "DateTime", "BIGINT"),
    row(Type::Decimal, "decimal", &[], "SqlDecimal", "VARCHAR"),
    row(Type::Dynamic, "dynamic", &[], "Object", "VARCHAR"),
    row(Type::Guid, "guid", &["uniqueid", "uuid"], "Guid", "VARCHAR"),
    row(Type::Int, "int", &["int32"], "Int32", "INTEGER"),
    row(Type::Long, "long", &["int64"], "Int64", "BIGINT"),
    row(Type::Real, "real", &["double"], "Double", "DOUBLE"),
    row(Type::String, "string", &[], "String", "VARCHAR"),
    row(Type::Timespan, "timespan", &["time"], "TimeSpan", "BIGINT"),
];

impl Type {
    pub fn row(self) -> &'static TypeRow {
        &TYPES[self as usize]
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its name in a sentence: `a long`, `an int`.
    pub fn one(self) -> String {
        let article = if self == Type::Int { "an" } else { "a" };
        format!("{article} {}", self.name())
    }

    /// The DuckDB type that holds values of this type.
    pub fn sql(self) -> &'static str {
        self.row().sql
    }

    /// Finds a type by its KQL name or an alias; names are case-sensitive.
    pub fn by_name(name: &str) -> Option<Type> {
        TYPES.iter().find(|row| row.name == name || row.aliases.contains(&name)).map(|row| row.ty)
    }

    pub fn numeric(self) -> bool {
        matches!(self, Type::Int | Type::Long | Type::Real | Type::Decimal)
    }

    pub fn integer(self) -> bool {
        matches!(self, Type::Int | Type::Long)
    }
}

/// One column of a result or a table, as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnType {
    pub name: String,
    pub ty: Type,
}

impl ColumnType {
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        ColumnType { name: name.into(), ty }
    }
}

/** The columns that need no more than their name. */
export type PlainColumn = keyof PlainValues

/** A number with so many digits, `scale` of them after the point. */
export interface DecimalColumn {
  readonly kind: 'decimal'
  readonly precision: number
  readonly scale: number
}

/** Bytes, as many in every row. */
export interface FixedColumn {
  readonly kind: 'fixed'
  readonly sizeBytes: number
}

/** An instant; without UTC, what a clock on some wall shows. */
export interface TimestampColumn {
  readonly kind: 'timestamp'
  readonly unit: 's' | 'ms' | 'us'
  readonly utc: boolean
}

/** A column in which null is a value. */
export interface OptionalColumn<C extends Column = Column> {
  readonly kind: 'optional'
  readonly of: C
}

/** Any number of values in every row. */
export interface ListColumn<C extends Column = Column> {
  readonly kind: 'list'
  readonly of: C
}

/** Values by key in every row. */
export interface MapColumn<K extends Column = Column, V extends Column = Column> {
  readonly kind: 'map'
  readonly key: K
  readonly value: V
}

/** A row within a row. */
export interface StructColumn<F extends Columns = Columns> {
  readonly kind: 'struct'
  readonly fields: F
}

/** The type of a column: its name, or what {@link column} makes. */
export type Column =
  | PlainColumn
  | DecimalColumn
  | FixedColumn
  | TimestampColumn
  | OptionalColumn
  | ListColumn
  | MapColumn
  | StructColumn

/** Columns by name, in their order. An interface, since columns may hold columns. */
export interface Columns {
  readonly [name: string]: Column
}

/** What a row holds in the columns that need no more than their name. */
interface PlainValues {
  readonly string: string
  readonly boolean: boolean
  readonly int8: number
  readonly int16: number
  readonly int32: number
  readonly int64: number | bigint
  readonly uint8: number
  readonly uint16: number
  readonly uint32: number
  readonly uint64: number | bigint
  readonly float: number
  readonly double: number
  readonly binary: Uint8Array
  readonly date: Date | string
  readonly timestamp: Date | number
}

/** What a row holds in a column of type `C`. */
export type ValueOf<C extends Column> = C extends PlainColumn ? PlainValues[C] : MadeValueOf<C>

type MadeValueOf<C> =
  C extends OptionalColumn<infer O>
    ? ValueOf<O> | null | undefined
    : C extends ListColumn<infer O>
      ? readonly ValueOf<O>[]
      : C extends MapColumn<infer K, infer V>
        ? ReadonlyMap<ValueOf<K>, ValueOf<V>> | ByName<K, V>
        : C extends StructColumn<infer F>
          ? RowOf<F>
          : C extends DecimalColumn
            ? string | number | bigint
            : C extends FixedColumn
              ? Uint8Array
              : C extends TimestampColumn
                ? Date | (C['unit'] extends 'us' ? number | bigint : number)
                : never

type ByName<K extends Column, V extends Column> = K extends 'string'
  ? Readonly<Record<string, ValueOf<V>>>
  : never

type OptionalNames<C extends Columns> = {
  [N in keyof C]: C[N] extends OptionalColumn ? N : never
}[keyof C]

/** A row with these columns. What is null in a row may as well be missing. Of columns that only run time knows, nothing is known. */
export type RowOf<C extends Columns> = C extends PlainColumns
  ? { -readonly [N in keyof C]: PlainValues[C[N]] }
  : string extends keyof C
    ? Readonly<Record<string, unknown>>
    : KnownRowOf<C>

/** Most rows have no other, and cost the compiler less. */
interface PlainColumns {
  readonly [name: string]: PlainColumn
}

type KnownRowOf<C extends Columns> = [OptionalNames<C>] extends [never]
  ? { -readonly [N in keyof C]: ValueOf<C[N]> }
  : { -readonly [N in Exclude<keyof C, OptionalNames<C>>]: ValueOf<C[N]> } & {
      -readonly [N in OptionalNames<C>]?: ValueOf<C[N]>
    }

/**
 * The columns that need more than a name. They are values, and can be kept and used again.
 *
 * @example
 * parquet({
 *   id: column.fixed(16),
 *   price: column.decimal(18, 2),
 *   note: column.optional('string'),
 *   tags: column.list('string'),
 *   counts: column.map('string', 'int64'),
 *   place: column.struct({ lat: 'double', lon: 'double' }),
 *   at: column.timestamp('us'),
 * })
 */
export const column = {
  /** `null` and `undefined` are values too. */
  optional: <const C extends Column>(of: C): OptionalColumn<C> => ({ kind: 'optional', of }),
  /** Exact, with 1 to 38 digits, `scale` of them after the point. Takes text such as `'-12.50'`, bigints and whole numbers. */
  decimal: (precision: number, scale = 0): DecimalColumn => ({ kind: 'decimal', precision, scale }),
  /** So many bytes in every row. */
  fixed: (sizeBytes: number): FixedColumn => ({ kind: 'fixed', sizeBytes }),
  /**
   * Seconds, milliseconds or microseconds. Takes Dates, milliseconds since 1970, and for microseconds these as a bigint.
   * `utc: false` is for times without a zone: they are what a clock on the wall shows.
   */
  timestamp: <const U extends TimestampColumn['unit']>(
    unit: U,
    { utc = true }: { readonly utc?: boolean } = {},
  ): TimestampColumn & { readonly unit: U } => ({ kind: 'timestamp', unit, utc }),
  list: <const C extends Column>(of: C): ListColumn<C> => ({ kind: 'list', of }),
  /** Takes Maps, and objects where the keys are strings. Keys cannot be null. */
  map: <const K extends Column, const V extends Column>(key: K, value: V): MapColumn<K, V> => ({
    kind: 'map',
    key,
    value,
  }),
  struct: <const F extends Columns>(fields: F): StructColumn<F> => ({ kind: 'struct', fields }),
} as const

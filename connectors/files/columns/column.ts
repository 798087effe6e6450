/** The columns that need no more than their name. */
export type PlainColumn =
  | 'string'
  | 'boolean'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float'
  | 'double'
  | 'binary'
  | 'date'
  | 'timestamp'

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

export interface ListColumn<C extends Column = Column> {
  readonly kind: 'list'
  readonly of: C
}

export interface MapColumn<K extends Column = Column, V extends Column = Column> {
  readonly kind: 'map'
  readonly key: K
  readonly value: V
}

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

type NumberColumn = 'int8' | 'int16' | 'int32' | 'uint8' | 'uint16' | 'uint32' | 'float' | 'double'

/** What a row holds in a column of type `C`. */
export type ValueOf<C extends Column> = C extends 'string'
  ? string
  : C extends NumberColumn
    ? number
    : C extends 'int64' | 'uint64'
      ? number | bigint
      : C extends 'boolean'
        ? boolean
        : C extends 'binary' | FixedColumn
          ? Uint8Array
          : C extends 'date'
            ? Date | string
            : C extends 'timestamp'
              ? Date | number
              : C extends TimestampColumn
                ? Date | (C['unit'] extends 'us' ? number | bigint : number)
                : C extends DecimalColumn
                  ? string | number | bigint
                  : C extends OptionalColumn<infer O>
                    ? ValueOf<O> | null | undefined
                    : C extends ListColumn<infer O>
                      ? readonly ValueOf<O>[]
                      : C extends MapColumn<infer K, infer V>
                        ? ReadonlyMap<ValueOf<K>, ValueOf<V>> | ByName<K, V>
                        : C extends StructColumn<infer F>
                          ? RowOf<F>
                          : never

type ByName<K extends Column, V extends Column> = K extends 'string'
  ? Readonly<Record<string, ValueOf<V>>>
  : never

type OptionalNames<C extends Columns> = {
  [N in keyof C]: C[N] extends OptionalColumn ? N : never
}[keyof C]

/** A row with these columns. What is null in a row may as well be missing. Of columns that only run time knows, nothing is known. */
export type RowOf<C extends Columns> = string extends keyof C
  ? Readonly<Record<string, unknown>>
  : KnownRowOf<C>

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

export { type ArrowOptions, arrow } from './arrow-ipc.ts'
export type { ArrowField, ArrowSchema, ArrowType } from './columns/arrow-columns.ts'
export {
  type Column,
  type Columns,
  column,
  type DecimalColumn,
  type FixedColumn,
  type ListColumn,
  type MapColumn,
  type OptionalColumn,
  type PlainColumn,
  type RowOf,
  type StructColumn,
  type TimestampColumn,
  type ValueOf,
} from './columns/column.ts'
export type { SchemaOfRows } from './columns/json-schema-columns.ts'
export { type CsvLinesOptions, type CsvValue, csvLines } from './csv-lines.ts'
export type { ParquetCompression, TextCompression } from './encoding/file-encoder.ts'
export type { RowGroupOption } from './encoding/row-group-option.ts'
export { type FilesSinkOptions, filesSink } from './files-sink.ts'
export type { Format } from './format.ts'
export { jsonLines } from './json-lines.ts'
export { type ParquetOptions, parquet } from './parquet.ts'
export { type RawOptions, raw } from './raw.ts'
export type { TextOptions } from './text-format.ts'

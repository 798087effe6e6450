export { deliverySink } from './delivery-sink.ts'
export { type ArrowOptions, arrow } from './objects/arrow-ipc.ts'
export type { ArrowField, ArrowSchema, ArrowType } from './objects/columns/arrow-columns.ts'
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
} from './objects/columns/column.ts'
export type { SchemaOfRows } from './objects/columns/json-schema-columns.ts'
export { type CsvLinesOptions, type CsvValue, csvLines } from './objects/csv-lines.ts'
export type { TextCompression } from './objects/encoding/compression/compressor.ts'
export type { ParquetCompression } from './objects/encoding/file-encoder.ts'
export type { RowGroupOption } from './objects/encoding/row-group-option.ts'
export type { Format } from './objects/format.ts'
export { jsonLines } from './objects/json-lines.ts'
export type { ObjectsOptions } from './objects/objects-sink.ts'
export { type ParquetOptions, parquet } from './objects/parquet.ts'
export { type RawOptions, raw } from './objects/raw.ts'
export type { TextOptions } from './objects/text-format.ts'
export type { ErrorRecord } from './requests/error-record.ts'
export type { RequestSinkOptions } from './requests/request-sink.ts'

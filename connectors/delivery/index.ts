export { type FilesSinkOptions, filesSink } from './objects/files-sink.ts'
export type { Format } from './objects/format.ts'
export { parquet } from './objects/parquet.ts'
export type { ParquetColumn, ValueOf } from './objects/parquet-column.ts'

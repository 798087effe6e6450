export { type FilesSinkOptions, filesSink } from './files-sink.ts'
export type { Format } from './format.ts'
export { parquet } from './parquet.ts'
export type { ParquetColumn, ValueOf } from './parquet-column.ts'

export { type AvroOptions, avro } from './avro.ts'

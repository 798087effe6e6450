export { type CsvOptions, type CsvRow, csv } from './csv.ts'

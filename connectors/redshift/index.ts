export { type RedshiftTableOptions, redshiftTable } from './redshift-table.ts'

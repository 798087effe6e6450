// What `ideal-job.ts` imports, without the job: what importing it costs is no cost of the job.
export { job, json } from 'millrace'
export { deliverySink, parquet } from 'millrace/connectors/delivery'
export { folder } from 'millrace/connectors/files'
export { kinesisSource } from 'millrace/connectors/kinesis'
export {
  aggregate,
  average,
  count,
  eventTime,
  filter,
  keyBy,
  map,
  max,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'

export { deliverySink } from './delivery-sink.ts'
export type { ErrorRecord } from './requests/error-record.ts'
export type { RequestSinkOptions } from './requests/request-sink.ts'

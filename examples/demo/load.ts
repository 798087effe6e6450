import { createStream, putRecords, type RecordToPut } from 'millrace/connectors/kinesis'

// The AWS SDK says on every start that it will drop Node 20; that belongs into a changelog, not into a demo.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

/** Makes the stream and puts everything into it, in order: one call at a time. */
export async function loadFlights(flights: AsyncIterable<RecordToPut>, endpoint: string): Promise<number> {
  const where = { stream: 'flights', endpoint }
  await createStream({ ...where, shards: 4 })
  const { records } = await putRecords(flights, { ...where, inFlight: 1 })
  return records
}

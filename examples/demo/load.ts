import { systemClock } from 'millrace'
import { createStream, putRecords, type RecordToPut } from 'millrace/connectors/kinesis'

/** Makes the stream and puts everything into it. */
export async function loadFlights(flights: AsyncIterable<RecordToPut>, endpoint: string): Promise<number> {
  const where = { stream: 'flights', endpoint, clock: systemClock, random: Math.random }
  await createStream({ ...where, shards: 4 })
  const { records } = await putRecords(flights, { ...where, inFlight: 1 })
  return records
}

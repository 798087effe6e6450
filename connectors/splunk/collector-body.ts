import type { RequestBatch } from '../../src/contract/request-destination.ts'
import type { Collector } from './open-collector.ts'

/** Events, one to a line: `{"time":…,"event":…}` with what Splunk notes of them. */
export function eventsBody({ records }: RequestBatch, { metadata, idField }: Collector): Uint8Array {
  const noted = JSON.stringify(metadata).slice(1, -1)
  return Buffer.concat(
    records.flatMap(({ data, timestamp, id }) => {
      const members = [
        `"time":${(timestamp / 1000).toFixed(3)}`,
        ...(noted === '' ? [] : [noted]),
        ...(idField === undefined ? [] : [`"fields":${JSON.stringify({ [idField]: id })}`]),
      ]
      return [Buffer.from(`{${members.join(',')},"event":`), data, Buffer.from('}\n')]
    }),
  )
}

/** Lines as they are. */
export function linesBody({ records }: RequestBatch): Uint8Array {
  return Buffer.concat(records.flatMap(({ data }) => [data, newline]))
}

const newline = Buffer.from('\n')

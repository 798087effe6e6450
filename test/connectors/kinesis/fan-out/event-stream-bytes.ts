import { crc32 } from 'node:zlib'

/** The bytes of one event, written independently of what reads them. */
export function eventBytes(headers: Readonly<Record<string, string>>, payload: string | Uint8Array): Buffer {
  const body = Buffer.from(payload)
  const heads = Buffer.concat(Object.entries(headers).map(([name, value]) => textHeader(name, value)))
  const bytes = Buffer.alloc(16 + heads.length + body.length)
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.writeUInt32BE(heads.length, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
  heads.copy(bytes, 12)
  body.copy(bytes, 12 + heads.length)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
  return bytes
}

function textHeader(name: string, value: string): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)]
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from([7]), length, text])
}

export const initialResponse = eventBytes(
  { ':message-type': 'event', ':event-type': 'initial-response', ':content-type': 'application/json' },
  '{}',
)

export function shardEvent(event: object): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'SubscribeToShardEvent',
    ':content-type': 'application/json',
  }
  return eventBytes(headers, JSON.stringify(event))
}

export function exceptionEvent(name: string, message: string): Buffer {
  const headers = {
    ':message-type': 'exception',
    ':exception-type': name,
    ':content-type': 'application/json',
  }
  return eventBytes(headers, JSON.stringify({ message }))
}

import process from 'node:process'
import type { KinesisClient } from '@aws-sdk/client-kinesis'
import type { Log } from '../../src/contract/log.ts'
import { type Connection, leanClient, resolveConnection } from './client.ts'
import { withServerTime } from './server-time.ts'
import type { StreamPlace } from './service-error.ts'

/** A client for one stream. */
export interface Connected {
  readonly client: KinesisClient
  /** Plain HTTP on this machine. */
  readonly loopback: boolean
  readonly place: StreamPlace
  /** Closes the client, unless it was given. */
  close(): void
}

/** Connects as the options and the environment say; nothing is sent yet. The log hears of a service without CBOR. */
export function connect(connection: Connection, stream: string, log?: Log): Connected {
  const resolved = resolveConnection(connection, stream, process.env)
  const { region, endpoint, loopback } = resolved
  const place = { stream, region, endpoint }
  if (connection.client !== undefined) {
    return { client: withServerTime(connection.client), loopback, place, close: () => {} }
  }
  const onJson = (error: unknown) =>
    log?.warn('Kinesis does not take CBOR; records go in JSON', { stream, endpoint, reason: `${error}` })
  const client = leanClient(resolved, connection.protocol, onJson)
  return { client: withServerTime(client), loopback, place, close: () => client.destroy() }
}

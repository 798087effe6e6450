import process from 'node:process'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import type { Clock } from '../../../src/contract/clock.ts'
import { withCborFirst } from '../cbor-first.ts'
import { type Connection, clientPlace, resolveConnection } from '../client.ts'
import { LeanProtocol } from '../lean-protocol.ts'
import { withServerTime } from '../server-time.ts'
import { FanOutHandler } from './fan-out-handler.ts'

/** A client for subscriptions alone, with connections of its own; a client that was given serves for them too. */
export function fanOutClient(
  connection: Connection,
  stream: string,
  clock: Clock,
  onJson: (error: unknown) => void = () => {},
): { readonly client: KinesisClient; close(): void } {
  if (connection.client !== undefined) return { client: withServerTime(connection.client), close: () => {} }
  const client = new KinesisClient({
    ...clientPlace(resolveConnection(connection, stream, process.env)),
    ...(connection.protocol !== 'sdk' && { protocol: LeanProtocol }),
    maxAttempts: 1,
    requestHandler: new FanOutHandler(clock),
  })
  client.middlewareStack.remove('loggerMiddleware')
  const speaking = (connection.protocol ?? 'lean') === 'lean' ? withCborFirst(client, onJson) : client
  return { client: withServerTime(speaking), close: () => client.destroy() }
}

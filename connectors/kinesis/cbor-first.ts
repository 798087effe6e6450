import type { KinesisClient } from '@aws-sdk/client-kinesis'
import { isCbor } from './lean-protocol.ts'
import { goBy, type Wire } from './wire.ts'

const carryRecords = new Set(['GetRecordsCommand', 'PutRecordsCommand', 'SubscribeToShardCommand'])

/**
 * Lets a client with the lean protocol speak CBOR. If the service does not know it, or something on the way to it, the
 * call goes again in JSON; once such a call succeeds the client stays with JSON, and `onJson` hears what was said of
 * CBOR. After one answer in CBOR there is no more doubt.
 */
export function withCborFirst(client: KinesisClient, onJson: (error: unknown) => void): KinesisClient {
  let wire: Wire = 'cbor'
  let known = false
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!carryRecords.has(context.commandName ?? '')) return next(args)
      goBy(wire, context)
      if (known || wire === 'json') return next(args)
      try {
        const result = await next(args)
        known ||= isCbor(result.response as Response)
        return result
      } catch (error) {
        known ||= answeredInCbor(error)
        if (known || !refusesCbor(error)) throw error
        goBy('json', context)
        const result = await next(args)
        // Of the calls that were under way together, one tells.
        if ((wire as Wire) === 'cbor') onJson(error)
        wire = 'json'
        return result
      }
    },
    { step: 'initialize', name: 'millraceCborFirst', override: true },
  )
  return client
}

type Response = Parameters<typeof isCbor>[0]

function answeredInCbor(error: unknown): boolean {
  const { $response } = error as { readonly $response?: Response }
  return $response !== undefined && isCbor($response)
}

const refusals = new Set(['SerializationException', 'UnknownOperationException'])

/** Whether an error is what a content type brings that is not known. */
function refusesCbor(error: unknown): boolean {
  const { name = '', $metadata } = error as {
    readonly name?: string
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode
  return status === 404 || status === 415 || refusals.has(name)
}

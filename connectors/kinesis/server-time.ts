import type { KinesisClient } from '@aws-sdk/client-kinesis'

/**
 * Lets every answer of a client carry the time of the service's clock: its `Date` header, in whole seconds, so up to a
 * second early.
 */
export function withServerTime(client: KinesisClient): KinesisClient {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { headers } = result.response as { headers?: { readonly date?: string } }
      const date = Date.parse(headers?.date ?? '')
      if (!Number.isNaN(date)) Object.assign(result.output.$metadata, { serverTime: date })
      return result
    },
    { step: 'initialize', name: 'millraceServerTime', override: true },
  )
  return client
}

/** That time, from an answer's metadata; `undefined` if there was no such header. */
export function serverTimeOf(metadata: object): number | undefined {
  return (metadata as { serverTime?: number }).serverTime
}

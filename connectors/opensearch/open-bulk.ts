import process from 'node:process'
import { retryAfterMs } from '../../src/contract/http.ts'
import type { RequestContext, RequestSession } from '../../src/contract/request-destination.ts'
import { AwsSignature } from './aws-signature.ts'
import { bulkOutcome } from './bulk-answer.ts'
import { bulkBody, targetOf } from './bulk-request.ts'
import type { IndexRotation } from './index-name.ts'
import type { OpenSearchOptions } from './open-search.ts'

/** A cluster and how it is written. */
export interface Cluster<T> extends Pick<OpenSearchOptions<T>, 'index'> {
  readonly url: URL
  readonly rotate: IndexRotation
  readonly auth: OpenSearchOptions<T>['auth'] | undefined
  readonly headers: OpenSearchOptions<T>['headers'] | undefined
}

const timeoutMs = 120_000
const maxAnswerBytes = 64 * 2 ** 20

/** Sends batches to `_bulk`. */
export function openBulk<T>(cluster: Cluster<T>, { http, clock, overrides }: RequestContext): RequestSession {
  const { auth, rotate } = cluster
  const url = new URL(cluster.url)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/_bulk`
  // Of an answer only what is wrong is wanted; items that went well still have their status.
  url.searchParams.set('filter_path', 'items.*.status,items.*.error')
  const index = typeof cluster.index === 'string' ? cluster.index : undefined
  const signature =
    auth !== undefined && 'service' in auth ? new AwsSignature(auth, url, overrides, process.env) : undefined
  const user = auth !== undefined && 'username' in auth ? auth : undefined
  const basic = user && Buffer.from(`${user.username}:${user.password}`).toString('base64')
  let own: Readonly<Record<string, string>> = {}
  return {
    get secrets() {
      const known = user === undefined ? (signature?.secrets ?? []) : [user.password, basic!]
      return [...known, ...Object.values(own)]
    },
    send: async ({ records }, signal) => {
      own = cluster.headers?.() ?? {}
      const targets = records.map((record) => targetOf(record, index, rotate))
      const plain = {
        'Content-Type': 'application/x-ndjson',
        ...(basic !== undefined && { Authorization: `Basic ${basic}` }),
        ...own,
      }
      const body = bulkBody(records, targets)
      const request = { method: 'POST' as const, url, headers: plain, body }
      const headers = (await signature?.headersOf(request, clock.now())) ?? plain
      const answer = await http({ ...request, headers, timeoutMs, maxAnswerBytes }, signal)
      return bulkOutcome(answer, targets, retryAfterMs(answer))
    },
    close: async () => {},
  }
}

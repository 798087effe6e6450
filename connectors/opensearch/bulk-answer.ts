import type { HttpAnswer } from '../../src/contract/http.ts'
import { type Delivery, DestinationFailure, type NotTaken } from '../../src/contract/request-destination.ts'
import type { Target } from './bulk-request.ts'

interface Item {
  readonly status?: unknown
  readonly error?: {
    readonly type?: unknown
    readonly reason?: unknown
    readonly caused_by?: { readonly reason?: unknown }
  }
}

/** What became of the documents of a `_bulk` request. */
export function bulkOutcome(
  { status, body }: HttpAnswer,
  targets: readonly Target[],
  retryAfterMs?: number,
): Delivery {
  const text = Buffer.from(body).toString()
  if (status !== 200) throw new DestinationFailure(`Http${status}`, `${status}: ${text}`, { retryAfterMs })
  const items = itemsIn(text)
  if (items?.length !== targets.length)
    throw new DestinationFailure('InvalidAnswer', 'the answer does not say what became of each document')
  const outcomes = items.map((item, index) => outcomeOf(item, index, targets[index]!))
  const refused = outcomes.flatMap((outcome) => (outcome?.kind === 'refused' ? [outcome.one] : []))
  const again = outcomes.flatMap((outcome) => (outcome?.kind === 'again' ? [outcome.one] : []))
  return { refused, again: withLaterVersions(again, refused, targets) }
}

/**
 * An older version that is sent again would take the place of a newer one that has arrived: where no numbers order them,
 * all later ones of the same document are sent again, too.
 */
function withLaterVersions(
  again: readonly NotTaken[],
  refused: readonly NotTaken[],
  targets: readonly Target[],
): readonly NotTaken[] {
  const keyOf = ({ index, id }: Target) => JSON.stringify([index, id])
  const gone = new Set(refused.map(({ index }) => index))
  const waiting = new Map(again.map((one) => [one.index, one]))
  const before = new Map<string, NotTaken>()
  return targets.flatMap((target, index) => {
    const own = waiting.get(index)
    const earlier = target.named && target.version === undefined ? before.get(keyOf(target)) : undefined
    const one = own ?? (earlier && !gone.has(index) ? { ...earlier, index } : undefined)
    if (one !== undefined) before.set(keyOf(target), one)
    return one === undefined ? [] : [one]
  })
}

/** Statuses of single documents that may pass: no room at the moment, an index that is blocked or not there yet. */
const passing = new Set([403, 404, 408, 429])

function outcomeOf(
  item: Item,
  index: number,
  target: Target,
): { readonly kind: 'refused' | 'again'; readonly one: NotTaken } | undefined {
  const status = Number(item.status)
  // 409: the document of this very record, or a newer version, is there.
  if ((status >= 200 && status < 300) || status === 409) return undefined
  const { type, reason, caused_by: cause } = item.error ?? {}
  const words = [reason, cause?.reason].filter((each) => typeof each === 'string')
  const one = {
    index,
    code: typeof type === 'string' ? type : `Http${status}`,
    message: words.length > 0 ? words.join(': ') : `status ${status}`,
    fields: { esDocumentId: target.id, esIndexName: target.index, esTypeName: '_doc' },
  }
  const mayPass = passing.has(status) || !(status >= 400 && status < 500)
  return { kind: mayPass ? 'again' : 'refused', one }
}

function itemsIn(text: string): readonly Item[] | undefined {
  try {
    const { items } = JSON.parse(text) as { items?: unknown }
    return Array.isArray(items)
      ? items.map((item) => (Object.values(item ?? {})[0] ?? {}) as Item)
      : undefined
  } catch {
    return undefined
  }
}

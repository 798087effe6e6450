/** A consumer of enhanced fan-out as the description of its stream keeps it. */
export interface ConsumerDescription {
  readonly name: string
  /** Its second is part of the ARN: a consumer that is registered anew has another one. */
  readonly createdMs: number
  /** Subscriptions are possible from then on. */
  readonly activeMs: number
  /** When it is gone; `null` until it is deregistered. */
  readonly goneMs: number | null
  readonly tags: { readonly [key: string]: string }
}

export type Consumers = readonly ConsumerDescription[]
export type ConsumerStatus = 'CREATING' | 'ACTIVE' | 'DELETING'

/** `undefined` once it is gone. Nothing happens when a status changes: it follows from the time. */
export function consumerStatus(
  { activeMs, goneMs }: ConsumerDescription,
  now: number,
): ConsumerStatus | undefined {
  if (goneMs !== null) return now < goneMs ? 'DELETING' : undefined
  return now < activeMs ? 'CREATING' : 'ACTIVE'
}

/** Those that are not gone, in the order of their names. */
export function presentConsumers(consumers: Consumers, now: number): ConsumerDescription[] {
  const present = consumers.filter((consumer) => consumerStatus(consumer, now) !== undefined)
  return present.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The consumers with one more, which is to be the last among them. */
export function withConsumer(
  consumers: Consumers,
  { name, tags }: Pick<ConsumerDescription, 'name' | 'tags'>,
  now: number,
  delayMs: number,
): Consumers {
  const namesakes = consumers.filter((consumer) => consumer.name === name)
  const createdMs = Math.max(now, ...namesakes.map(({ createdMs }) => (secondOf(createdMs) + 1) * 1000))
  const added = { name, createdMs, activeMs: now + delayMs, goneMs: null, tags }
  return [...remembered(consumers, now), added]
}

/** The consumers with one of them changed. */
export function withChanged(
  consumers: Consumers,
  changed: ConsumerDescription,
  changes: Partial<ConsumerDescription>,
): Consumers {
  return consumers.map((consumer) => (consumer === changed ? { ...changed, ...changes } : consumer))
}

export function secondOf(ms: number): number {
  return Math.floor(ms / 1000)
}

/** One that is gone is remembered for as long as a new one of its name could get its ARN. */
function remembered(consumers: Consumers, now: number): Consumers {
  return consumers.filter(
    (consumer) =>
      consumerStatus(consumer, now) !== undefined || secondOf(consumer.createdMs) >= secondOf(now),
  )
}

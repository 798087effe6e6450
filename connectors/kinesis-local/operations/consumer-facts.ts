import type { Structure } from '../protocol/wire.ts'
import { type ConsumerDescription, consumerStatus, secondOf } from '../streams/consumers.ts'
import type { LocalStream } from '../streams/local-stream.ts'

/** A consumer as clients see it. */
export function consumerFacts(stream: LocalStream, consumer: ConsumerDescription, now: number): Structure {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumerArnOf(stream, consumer),
    ConsumerStatus: consumerStatus(consumer, now),
    ConsumerCreationTimestamp: new Date(consumer.createdMs),
  }
}

export function consumerArnOf({ arn }: LocalStream, { name, createdMs }: ConsumerDescription): string {
  return `${arn}/consumer/${name}:${secondOf(createdMs)}`
}

import { KinesisError } from '../protocol/kinesis-error.ts'
import type { Member } from '../protocol/shape.ts'
import { presentConsumers } from '../streams/consumers.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { consumerArnOf } from './consumer-facts.ts'
import { consumerOfArn } from './named-consumer.ts'
import { namedStream } from './named-stream.ts'
import type { Call } from './operation.ts'

/** IAM allows no longer ones. */
const mostBytes = 20_480

/** Of a stream or of one of its consumers. */
export const policyArn = {
  kind: 'string',
  required: true,
  min: 1,
  max: 2048,
  pattern: /^arn:aws.*:kinesis:.*:\d{12}:.*stream\/\S+$/,
} as const satisfies Member

/** The stream that keeps the policy of a resource. */
export function policyHolder(arn: string, call: Call): LocalStream {
  if (arn.includes('/consumer/')) return consumerOfArn(arn, call).stream
  return namedStream({ StreamName: undefined, StreamARN: arn }, call)
}

/** The policies of a stream and of those of its consumers that are not gone. */
export function livePolicies(stream: LocalStream, { now }: Call): { readonly [arn: string]: string } {
  const { consumers, policies } = stream.description
  const arns = [
    stream.arn,
    ...presentConsumers(consumers, now).map((consumer) => consumerArnOf(stream, consumer)),
  ]
  return Object.fromEntries(Object.entries(policies).filter(([arn]) => arns.includes(arn)))
}

/** @throws KinesisError ResourceNotFoundException */
export function policyOf({ description }: LocalStream, arn: string): string {
  const policy = description.policies[arn]
  if (policy !== undefined) return policy
  throw new KinesisError('ResourceNotFoundException', `No resource policy is attached to ${arn}.`)
}

/** Nobody is kept out by a policy here; only its form is looked at. */
export function checkPolicy(policy: string): void {
  if (Buffer.byteLength(policy) <= mostBytes && hasStatement(policy)) return
  throw new KinesisError(
    'InvalidArgumentException',
    `The policy must be a JSON object with a Statement, of at most ${mostBytes} bytes.`,
  )
}

function hasStatement(policy: string): boolean {
  try {
    const { Statement } = JSON.parse(policy)
    return typeof Statement === 'object' && Statement !== null
  } catch {
    return false
  }
}

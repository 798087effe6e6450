import { Command } from 'commander'
import { type ConnectionFlags, withConnection } from './connection-options.ts'
import type { Environment } from './environment.ts'
import type { Services } from './services.ts'

interface ConsumersFlags extends ConnectionFlags {
  readonly stream: string
}

type ListedConsumer = Awaited<ReturnType<Awaited<ReturnType<Services['kinesis']>>['listConsumers']>>[number]

/** `millrace consumers ls` and `millrace consumers remove`: what fan-out has registered, and paid for. */
export function consumersCommand(environment: Environment, services: Services): Command {
  return new Command('consumers')
    .summary('list or remove the registered consumers of a stream')
    .description(
      'A source that reads by fan-out registers a consumer with its stream and never removes it, so that a restart goes on ' +
        'at once. AWS charges for it as long as it is registered.',
    )
    .addCommand(ls(environment, services))
    .addCommand(remove(environment, services))
    .addHelpText('after', examples)
}

function ls({ clock, random, stdout, stderr }: Environment, services: Services): Command {
  const command = new Command('ls')
    .summary('list them')
    .description('Prints name, status, when it was registered, and ARN of every consumer, a line each.')
    .requiredOption('--stream <name>', 'the stream')
  return withConnection(command).action(async (flags: ConsumersFlags) => {
    const { listConsumers } = await services.kinesis()
    const consumers = await listConsumers({ ...flags, clock, random })
    for (const line of lines(consumers)) stdout.write(`${line}\n`)
    if (consumers.length === 0) stderr.write(`stream ${flags.stream} has no consumers\n`)
    if (consumers.some(({ ours }) => ours)) stderr.write(`${orphans}\n`)
  })
}

function remove({ clock, random, stderr }: Environment, services: Services): Command {
  const command = new Command('remove')
    .summary('remove one')
    .description(
      'Removes a consumer. A job that reads as it polls from then on, or registers it anew: stop it first.',
    )
    .requiredOption('--stream <name>', 'the stream')
    .requiredOption('--consumer <name>', 'the consumer, as `ls` names it')
  return withConnection(command).action(async (flags: ConsumersFlags & { readonly consumer: string }) => {
    const { removeConsumer } = await services.kinesis()
    await removeConsumer({ ...flags, clock, random })
    stderr.write(`removed consumer ${flags.consumer} from stream ${flags.stream}\n`)
  })
}

function lines(consumers: readonly ListedConsumer[]): string[] {
  const widest = Math.max(0, ...consumers.map(({ name }) => name.length))
  return consumers.map(({ name, status, createdAt, arn, ours }) => {
    const since = new Date(createdAt).toISOString().slice(0, 19)
    return `${ours ? '*' : ' '} ${name.padEnd(widest)}  ${status.padEnd(8)}  since ${since}Z  ${arn}`
  })
}

const orphans =
  '* named as sources of Millrace name theirs. If its job is gone, remove it: it costs as long as it is there.'

const examples = `
Examples:
  millrace consumers ls --stream orders
  millrace consumers remove --stream orders --consumer millrace-revenue-orders`

import { Command, Option } from 'commander'
import type { Environment } from './environment.ts'
import { jsonOrFile } from './json-or-file.ts'
import { port } from './option-values.ts'
import type { Services } from './services.ts'
import { onStopRequest } from './stop-request.ts'

interface LocalFlags {
  readonly port: number
  readonly host: string
  readonly data?: string
  readonly limits: 'aws' | 'none'
  readonly faults?: string
}

/** `millrace local`: a Kinesis on this machine, until it is asked to stop. */
export function localCommand(environment: Environment, services: Services): Command {
  return new Command('local')
    .summary('start a Kinesis on this machine')
    .description(
      'Starts the embedded Kinesis: the protocol of the service on one port of this machine, for development and tests. ' +
        'Any AWS SDK or CLI can use it. Ctrl-C or SIGTERM ends it.',
    )
    .option('--port <port>', 'where to listen; 0 for any free port', port, 4567)
    .option('--host <address>', 'the address to listen at; anyone who reaches it may use it', '127.0.0.1')
    .option('--data <folder>', 'keep streams and records in a folder (default: in memory)')
    .addOption(
      new Option('--limits <limits>', 'aws: throttle and refuse as the service does')
        .choices(['aws', 'none'])
        .default('none'),
    )
    .option('--faults <plan>', 'let calls fail on purpose: JSON, or a file of it; docs/embedded-kinesis.md')
    .addHelpText('after', examples)
    .action((flags: LocalFlags) => serve(flags, environment, services))
}

const examples = `
Examples:
  millrace local --data .millrace/kinesis --limits aws
  millrace local --faults '[{"kind":"throttle","rate":0.1},{"kind":"slow","delay":"2s","rate":0.01}]'
`

async function serve(
  { faults: given, ...flags }: LocalFlags,
  environment: Environment,
  services: Services,
): Promise<void> {
  const { readFaults, startLocalKinesis } = await services.localKinesis()
  const faults = readFaults(given === undefined ? [] : jsonOrFile('--faults', given))
  const server = await startLocalKinesis({ ...flags, faults })
  await new Promise<void>((resolve) => {
    onStopRequest(environment, resolve)
    environment.stdout.write(welcome(server.endpoint, flags.data, faults.faults.length))
  })
  await server.close()
}

function welcome(endpoint: string, data: string | undefined, faults: number): string {
  return `Kinesis listens at ${endpoint}
${data === undefined ? 'Records are in memory only; --data FOLDER keeps them.' : `Records are kept in ${data}.`}
${faults === 0 ? '' : `Faults are set: ${faults}. curl ${endpoint}/_millrace/faults shows what has struck.\n`}
With Millrace:
  millrace put --stream orders --create 2 --endpoint ${endpoint} orders.jsonl
  millrace tail --stream orders --from trim-horizon --endpoint ${endpoint}
  millrace run job.ts --endpoint ${endpoint}

With the AWS CLI, or any AWS SDK:
  export AWS_ENDPOINT_URL_KINESIS=${endpoint} AWS_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws kinesis create-stream --stream-name orders --shard-count 2
  aws kinesis list-streams

Ctrl-C ends it.
`
}

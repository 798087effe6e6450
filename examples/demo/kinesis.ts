import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { millrace } from './millrace.ts'

/** An embedded Kinesis in a process of its own. */
export interface Kinesis {
  readonly endpoint: string
  stop(): Promise<void>
}

/** Starts `millrace local` on a free port and waits until it listens. */
export async function startKinesis(): Promise<Kinesis> {
  const child = millrace(['local', '--port', '0'], ['ignore', 'pipe', 'inherit'])
  for await (const line of createInterface({ input: child.stdout! })) {
    const [endpoint] = /http:\/\/[\d.]+:\d+/.exec(line) ?? []
    if (endpoint === undefined) continue
    const stop = async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    return { endpoint, stop }
  }
  throw new Error('the embedded Kinesis did not start')
}

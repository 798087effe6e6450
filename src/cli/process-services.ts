import { inlineChains } from './inline-chains.ts'
import type { Services } from './services.ts'

/** The services of this package. */
export const processServices: Services = {
  engine: () => {
    inlineChains()
    return import('../runtime/run.ts')
  },
  checkpoints: () => import('../checkpoint/folder-store.ts'),
  s3: () => import('../../connectors/s3/index.ts'),
  checkpointTools: () => import('./checkpoint-tools.ts'),
  agent: () => import('../../connectors/agent/index.ts'),
  kinesis: () => import('../../connectors/kinesis/index.ts'),
  localKinesis: () => import('../../connectors/kinesis-local/index.ts'),
}

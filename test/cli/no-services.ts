import type { Services } from '../../src/cli/services.ts'

const unused = async (): Promise<never> => {
  throw new Error('this command needs nothing of that')
}

/** Services of which none may be used. */
export const noServices: Services = {
  engine: unused,
  checkpoints: unused,
  s3: unused,
  checkpointTools: unused,
  agent: unused,
  kinesis: unused,
  localKinesis: unused,
}

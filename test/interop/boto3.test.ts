import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startLocalKinesis } from '../../connectors/kinesis-local/index.ts'
import { shardId } from '../connectors/kinesis-local/raw-call.ts'

/** A Python of its own may come before the one that Debian's packages are for. */
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import boto3']).status === 0,
)
const script = fileURLToPath(new URL('kinesis_client.py', import.meta.url))

test('unchanged boto3 uses streams, records, settings, resharding and fan-out, and tells what is refused', async (context) => {
  if (python === undefined) context.skip('boto3 is not installed')
  const kinesis = await startLocalKinesis({ consumerDelayMs: 50 })
  try {
    const { stdout } = await promisify(execFile)(python!, [script, kinesis.endpoint], { timeout: 100_000 })
    expect(JSON.parse(stdout)).toEqual({
      created: ['ACTIVE', 1, true],
      listed: true,
      failed: 0,
      first: [Buffer.from('\0\xff first', 'latin1').toString('hex'), 'é', true],
      rest: true,
      behind: 0,
      'at timestamp': 501,
      'after first': 500,
      tags: [{ Key: 'team', Value: 'lake' }],
      'encrypted put': 'KMS',
      settings: [48, 'KMS', 'alias/aws/kinesis'],
      kinds: [null, 'KMS'],
      parents: [
        [null, null],
        [shardId(0), null],
        [shardId(0), null],
        [shardId(1), shardId(2)],
        [shardId(3), null],
        [shardId(3), null],
      ],
      end: [null, [shardId(1), shardId(2)]],
      pushed: 502,
      'pushed end': [shardId(1), shardId(2)],
      later: ['later'],
      'second subscriber': ['ResourceInUseException', 400],
      errors: {
        gone: ['ResourceNotFoundException', 400],
        taken: ['ResourceInUseException', 400],
        iterator: ['InvalidArgumentException', 400],
        name: ['ValidationException', 400],
        step: ['LimitExceededException', 400],
        size: ['InvalidArgumentException', 400],
      },
      deleted: ['ResourceNotFoundException', 400],
    })
  } finally {
    await kinesis.close()
  }
}, 600_000)

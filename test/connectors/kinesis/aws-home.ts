import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/** For each test a home of its own, in which AWS finds nothing but what the test puts there. Gives the folder. */
export function freshAwsHome(variables: Readonly<Record<string, string>> = {}): () => string {
  let home = ''
  let before = process.env
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'millrace-aws-'))
    before = process.env
    const kept = Object.entries(before).filter(([name]) => !name.startsWith('AWS_'))
    process.env = {
      ...Object.fromEntries(kept),
      HOME: home,
      AWS_CONFIG_FILE: join(home, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      ...variables,
    }
  })
  afterEach(() => {
    process.env = before
    rmSync(home, { recursive: true })
  })
  return () => home
}

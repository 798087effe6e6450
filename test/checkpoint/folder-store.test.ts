import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { folderStore } from '../../src/checkpoint/folder-store.ts'
import { memoryStore } from '../../src/testing/memory-store.ts'
import { checkpointStoreContract } from '../contract/checkpoint-store.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-folder-store-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let folders = 0
const newFolder = () => join(scratch, `${++folders}`, 'not', 'yet', 'made')
const writer = join(import.meta.dirname, 'folder-store-writer.ts')
const writerOf = (...args: string[]) => ['--import', 'tsx', writer, ...args]
const drafts = (folder: string) => readdirSync(join(folder, '_unnamed'))

checkpointStoreContract('folderStore', () => folderStore(newFolder()), {
  another: () => folderStore(join(scratch, `${folders}`, 'not', 'yet', 'made')),
})
checkpointStoreContract('memoryStore', memoryStore)

async function firstOutput(child: ChildProcess): Promise<void> {
  await new Promise((resolve) => child.stdout?.once('data', resolve))
}

async function exit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((done) => child.once('exit', done))
}

describe('a checkpoint folder', () => {
  test('holds nothing but the blobs once they are written', async () => {
    const folder = newFolder()
    await folderStore(folder).writeOnce('a', new Uint8Array(10))
    await folderStore(folder).writeOnce('a', new Uint8Array(10))
    expect(drafts(folder)).toEqual([])
  })

  test('shows the blobs of one store to another', async () => {
    const folder = newFolder()
    await folderStore(folder).writeOnce('a/b', Uint8Array.of(1, 2, 3))
    expect(await folderStore(folder).list('')).toEqual(['a/b'])
    expect(await folderStore(folder).writeOnce('a/b', Uint8Array.of(4))).toBe('taken')
  })

  test('that was deleted under a running store is made again', async () => {
    const folder = newFolder()
    const store = folderStore(folder)
    await store.writeOnce('a', new Uint8Array(1))
    rmSync(folder, { recursive: true })
    expect(await store.writeOnce('a', new Uint8Array(1))).toBe('written')
  })

  test('shows no part of a blob whose writer was killed while it wrote', async () => {
    let folder = await killedWriting()
    // A writer that was done before the kill arrived proves nothing.
    for (let tries = 1; drafts(folder).length === 0 && tries < 10; tries++) folder = await killedWriting()
    const store = folderStore(folder)
    expect(drafts(folder)).toHaveLength(1)
    expect(await store.list('')).toEqual([])
    expect(await store.read('big')).toBeUndefined()
    expect(await store.writeOnce('big', new Uint8Array(10))).toBe('written')
  })

  test('is cleaned of what killed writers left, but not of what others are writing', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, '_unnamed'), { recursive: true })
    writeFileSync(join(folder, '_unnamed', 'abandoned'), 'x')
    writeFileSync(join(folder, '_unnamed', 'in-the-making'), 'x')
    utimesSync(join(folder, '_unnamed', 'abandoned'), new Date(0), new Date(0))
    await folderStore(folder).writeOnce('a', new Uint8Array(1))
    expect(drafts(folder)).toEqual(['in-the-making'])
  })

  test('is cleaned by a store that goes on, once it shows that a writer was killed', async () => {
    const folder = newFolder()
    const left = (name: string, time: Date) => {
      writeFileSync(join(folder, '_unnamed', name), 'x')
      utimesSync(join(folder, '_unnamed', name), time, time)
    }
    const store = folderStore(folder)
    const write = (name: string) => store.writeOnce(name, new Uint8Array(1))
    mkdirSync(join(folder, '_unnamed'), { recursive: true })
    left('young', new Date())
    await write('a')
    expect(drafts(folder)).toEqual(['young'])
    left('young', new Date(0))
    await write('b')
    expect(drafts(folder)).toEqual([])
    left('later', new Date(0))
    for (let number = 0; number < 100; number += 1) await write(`c${number}`)
    expect(drafts(folder)).toEqual([])
  })

  test('below a regular file fails with the file and the cause', async () => {
    const file = join(scratch, 'regular-file')
    writeFileSync(file, '')
    const store = folderStore(join(file, 'folder'))
    const failure = { code: 'STORE_FAILED', retryable: true, cause: { code: 'ENOTDIR' } }
    await expect(store.writeOnce('a', new Uint8Array())).rejects.toMatchObject({
      ...failure,
      where: { file: join(file, 'folder', 'a') },
    })
    await expect(store.read('a')).rejects.toMatchObject(failure)
    await expect(store.list('')).rejects.toMatchObject(failure)
    await expect(store.delete('a')).rejects.toMatchObject(failure)
  })

  test('on a disk that takes no more bytes fails and leaves nothing behind', async () => {
    const folder = newFolder()
    // A limit on the size of a file stands in for a full disk: writing fails after some of the bytes.
    const command = `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`
    const output = execFileSync(
      'bash',
      ['-c', command, process.execPath, ...writerOf(folder, 'a', '1000000')],
      {
        env: { ...process.env, TSX_DISABLE_CACHE: '1' },
        encoding: 'utf8',
      },
    )
    expect(output).toMatch(/STORE_FAILED .*cannot write a checkpoint: EFBIG.*\| EFBIG/)
    expect(drafts(folder)).toEqual([])
    expect(await folderStore(folder).list('')).toEqual([])
  })
})

async function killedWriting(): Promise<string> {
  const folder = newFolder()
  const child = spawn(process.execPath, writerOf(folder, 'big', '64000000'), {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await firstOutput(child)
  while (child.exitCode === null && !(await written(folder))) await new Promise(setImmediate)
  child.kill('SIGKILL')
  await exit(child)
  return folder
}

async function written(folder: string): Promise<boolean> {
  try {
    return drafts(folder).some((draft) => statSync(join(folder, '_unnamed', draft)).size > 0)
  } catch {
    return false
  }
}

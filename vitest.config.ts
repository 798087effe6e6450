import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^millrace$/, replacement: at('./src/index.ts') },
      { find: /^millrace\/operators$/, replacement: at('./operators/index.ts') },
      { find: /^millrace\/testing$/, replacement: at('./src/testing/index.ts') },
      { find: /^millrace\/codecs\/([\w-]+)$/, replacement: at('./codecs/$1/index.ts') },
      { find: /^millrace\/connectors\/([\w-]+)$/, replacement: at('./connectors/$1/index.ts') },
    ],
  },
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    include: ['test/**/*.test.ts'],
    maxWorkers: '100%',
    // For machines that are ten times as busy as they should be: no test measures time by it.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})

export { flightsJob as default } from '../../graph/fake-job.ts'

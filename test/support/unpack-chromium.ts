// Run as a process of its own by chromium.ts: unpacks to TMPDIR.
import chromium from '@sparticuz/chromium';

await chromium.executablePath();

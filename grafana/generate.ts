import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sessionsDashboard } from './sessions-dashboard.ts';

/** File name in `dashboards/` to the text that the file has to hold. */
export function renderDashboards(): Record<string, string> {
  return { 'openclaw-sessions.json': `${JSON.stringify(sessionsDashboard(), null, 2)}\n` };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(renderDashboards())) {
    writeFileSync(join(import.meta.dirname, 'dashboards', name), text);
    console.log(`grafana/dashboards/${name}`);
  }
}

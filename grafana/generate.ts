import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDashboard } from './dashboard.ts';
import { FLEET } from './fleet/dashboard.ts';
import { HEALTH } from './health/dashboard.ts';
import { SESSION } from './session/dashboard.ts';
import { DASHBOARD_UIDS } from './uids.ts';

/** File name in `dashboards/` to the text that the file has to hold. A file has the name of its uid. */
export function renderDashboards(): Record<string, string> {
  return Object.fromEntries(
    [FLEET, HEALTH, SESSION].map((spec) => [
      `${DASHBOARD_UIDS[spec.name]}.json`,
      `${JSON.stringify(renderDashboard(spec), null, 2)}\n`,
    ]),
  );
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(renderDashboards())) {
    writeFileSync(join(import.meta.dirname, 'dashboards', name), text);
    console.log(`grafana/dashboards/${name}`);
  }
}

import { expect, it } from 'vitest';
import { idsOfLink, linkOfId } from '../../src/routing/identity-links.ts';

const LINKS = new Map([
  ['Ann', ['telegram:111', 'Slack:direct:U1', 'ann']],
  ['bob', ['telegram:111', 'BARE', 'telegram:', '']],
  ['ANN', ['telegram:999', 'slack:bare']],
]);

it.each<[id: string, channel: string, link: string | null]>([
  ['111', 'telegram', 'ann'],
  ['u1', 'slack', 'ann'],
  ['111', 'slack', null],
  ['bare', 'slack', 'bob'],
  ['bare', 'telegram', 'bob'],
  ['999', 'telegram', 'ann'],
  ['', 'telegram', null],
])('the id %j of %s is of the first link that holds it: %s', (id, channel, link) => {
  expect(linkOfId(id, channel, LINKS)).toBe(link);
});

it.each<[name: string, channel: string, ids: string[] | null]>([
  ['ann', 'telegram', ['111', 'ann']],
  ['ann', 'slack', ['U1', 'ann']],
  ['bob', 'slack', ['BARE']],
  ['nobody', 'slack', null],
])('behind the name %j stand for %s %j, of the first link of that name', (name, channel, ids) => {
  expect(idsOfLink(name, channel, LINKS)).toEqual(ids);
});

it('goes through the links once, however often it is asked', () => {
  let walks = 0;
  const links = new Map([['ann', ['telegram:111']]]);
  const walk = links[Symbol.iterator].bind(links);
  links[Symbol.iterator] = () => {
    walks += 1;
    return walk();
  };
  for (let id = 0; id < 100; id += 1) linkOfId(`${id}`, 'telegram', links);
  expect(idsOfLink('ann', 'telegram', links)).toEqual(['111']);
  expect(walks).toBe(1);
});

// Makes the page live: the time left runs down, and what happens is shown as it happens. Without it the page is whole, only still.
'use strict';

const clockAheadMs = Number(document.documentElement.dataset.now) - Date.now();
const live = document.getElementById('live');
const said = document.getElementById('said');

/** 19m 05s; 3h 20m; 2d 4h. The same words as the server's. */
function spoken(seconds) {
  const two = (number) => String(number).padStart(2, '0');
  if (seconds < 3600) return Math.floor(seconds / 60) + 'm ' + two(seconds % 60) + 's';
  if (seconds < 86400) return Math.floor(seconds / 3600) + 'h ' + two(Math.floor(seconds % 3600 / 60)) + 'm';
  return Math.floor(seconds / 86400) + 'd ' + Math.floor(seconds % 86400 / 3600) + 'h';
}

function countDown() {
  const now = Date.now() + clockAheadMs;
  for (const left of document.querySelectorAll('[data-until]')) {
    const ms = Math.max(0, Number(left.dataset.until) - now);
    const text = ms === 0 ? 'ended' : spoken(Math.floor(ms / 1000));
    if (left.textContent !== text) left.textContent = text;
    const bar = document.getElementById(left.dataset.bar);
    if (bar) {
      const part = Math.min(1, ms / Number(left.dataset.term));
      bar.setAttribute('width', (100 * part).toFixed(1) + '%');
      bar.classList.toggle('soon', part < 0.2);
    }
  }
}

let fetching = false;
let wanted = false;

/** Fetches the page anew and takes over the parts that have changed; the visitor's focus stays where it is. */
async function refresh() {
  wanted = true;
  if (fetching) return;
  fetching = true;
  while (wanted) {
    wanted = false;
    try {
      const answer = await fetch(location.href, { cache: 'no-store', redirect: 'error' });
      if (answer.ok) takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch (gone) {
      // The daemon is away: the stream of events says so, and comes back by itself.
    }
    await new Promise((later) => setTimeout(later, 500));
  }
  fetching = false;
}

function takeOver(page) {
  const focused = document.activeElement && document.activeElement.id;
  const before = new Set(Array.from(document.querySelectorAll('[data-key]'), (row) => row.dataset.key));
  for (const part of document.querySelectorAll('[data-live]')) {
    const anew = page.getElementById(part.id);
    if (anew && anew.innerHTML !== part.innerHTML) {
      part.replaceChildren(...anew.childNodes);
    }
  }
  for (const row of document.querySelectorAll('[data-key]')) {
    if (!before.has(row.dataset.key)) row.classList.add('fresh');
  }
  if (focused && document.activeElement === document.body) {
    const again = document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
  }
  countDown();
}

function sentence(event) {
  const told = JSON.parse(event.data);
  if (told.lease) return told.lease.user + '/' + told.lease.device + ' ' + told.event + ' ' + told.lease.address;
  return told.user + '/' + told.device + ' refused: ' + told.why;
}

function listen() {
  const events = new EventSource('/api/v1/events');
  events.onopen = () => {
    live.hidden = false;
    live.className = 'live on';
    live.textContent = 'live';
  };
  events.onerror = () => {
    live.hidden = false;
    live.className = 'live off';
    live.textContent = events.readyState === EventSource.CLOSED ? 'not live' : 'reconnecting';
  };
  for (const name of ['granted', 'revoked', 'expired', 'refused', 'renewed']) {
    events.addEventListener(name, (event) => {
      if (name !== 'renewed') said.textContent = sentence(event);
      refresh();
    });
  }
  events.addEventListener('missed', refresh);
}

countDown();
setInterval(countDown, 1000);
if (document.querySelector('[data-live]')) {
  listen();
  setInterval(() => { if (!document.hidden) refresh(); }, 30000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
} else {
  live.hidden = true;
}

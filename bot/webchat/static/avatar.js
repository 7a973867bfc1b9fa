// A person's initials, with their picture over them where there is one.

import { hue, initials } from './words.js';

export function personAvatar(name, picture) {
  const avatar = document.createElement('span');
  avatar.className = 'avatar';
  avatar.textContent = initials(name);
  avatar.dataset.hue = hue(name);
  if (picture) avatar.append(portrait(picture));
  return avatar;
}

/** One that cannot be had uncovers the initials. */
function portrait(picture) {
  const image = document.createElement('img');
  image.alt = '';
  image.src = picture;
  image.addEventListener('error', () => image.remove());
  return image;
}

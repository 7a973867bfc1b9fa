"""Slack's emoji short codes that agents use, as the signs that every channel can show."""

from __future__ import annotations

import re

from rich.emoji import Emoji

SIGNS = {
    "slightly_smiling_face": "🙂", "smile": "😄", "smiley": "😃", "grinning": "😀", "grin": "😁", "blush": "😊",
    "wink": "😉", "joy": "😂", "laughing": "😆", "sweat_smile": "😅", "relaxed": "☺️", "relieved": "😌",
    "thinking_face": "🤔", "confused": "😕", "disappointed": "😞", "cry": "😢", "sob": "😭", "worried": "😟",
    "pensive": "😔", "grimacing": "😬", "hugging_face": "🤗", "heart_eyes": "😍", "partying_face": "🥳",
    "sunglasses": "😎", "upside_down_face": "🙃", "face_with_monocle": "🧐", "eyes": "👀", "shrug": "🤷",
    "facepalm": "🤦", "wave": "👋", "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌",
    "clap": "👏", "raised_hands": "🙌", "raised_hand": "✋", "pray": "🙏", "muscle": "💪", "crossed_fingers": "🤞",
    "point_right": "👉", "point_down": "👇", "point_up": "☝️", "heart": "❤️", "green_heart": "💚", "tada": "🎉",
    "sparkles": "✨", "star": "⭐", "fire": "🔥", "100": "💯", "rocket": "🚀", "bulb": "💡", "sunny": "☀️",
    "rainbow": "🌈", "snowflake": "❄️", "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌",
    "warning": "⚠️", "exclamation": "❗", "question": "❓", "information_source": "ℹ️", "hourglass": "⌛",
    "alarm_clock": "⏰", "calendar": "📅", "email": "✉️", "envelope": "✉️", "telephone_receiver": "📞", "package": "📦",
    "truck": "🚚", "gift": "🎁", "credit_card": "💳", "moneybag": "💰", "link": "🔗", "pushpin": "📌",
    "paperclip": "📎", "lock": "🔒", "closed_lock_with_key": "🔐", "key": "🔑", "arrow_right": "➡️", "coffee": "☕",
    "tent": "⛺", "hiking_boot": "🥾", "mountain": "⛰️",
}  # fmt: skip
_CODE = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-\d:)?")
_COUNTRY = re.compile(r"flag-([a-z]{2})")
_REGIONAL_A = ord("🇦")


def signs(text: str) -> str:
    """Short codes as signs; one that is unknown stays as it was typed, and so does the time 12:30:15."""
    return _CODE.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    """Ours first; rich's list knows most of the others by the names that Slack uses."""
    code = found[1]
    country = _COUNTRY.fullmatch(code)
    if country:
        return "".join(chr(_REGIONAL_A + ord(letter) - ord("a")) for letter in country[1])
    return SIGNS.get(code) or (found[0] if code.isdecimal() else _of_rich(code, found[0]))


def _of_rich(code: str, otherwise: str) -> str:
    sign = Emoji.replace(f":{code}:")
    return otherwise if sign == f":{code}:" else sign

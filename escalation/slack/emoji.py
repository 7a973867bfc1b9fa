"""Slack's emoji short codes that agents use, as the signs that every channel can show."""

from __future__ import annotations

import re

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
_CODE = re.compile(r":([a-z0-9_+'-]+)(?:::skin-tone-\d)?:")


def signs(text: str) -> str:
    """Short codes as signs; one that is unknown stays as it was typed, and so does the time 12:30:15."""
    return _CODE.sub(lambda found: SIGNS.get(found[1], found[0]), text)

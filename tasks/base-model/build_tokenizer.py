"""The mini tokenizer: byte-level BPE that keeps digits, capitals and punctuation as single
characters.

It is a `Qwen2Tokenizer` (the class that transformers gives to every Qwen2 model) with its own
small vocabulary. Merges are learned from lower-case words alone, so SMILES and numbers stay one
token per character, and any other script still has its bytes.
"""

from __future__ import annotations

import json
import random

import primitives
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
from transformers import Qwen2Tokenizer
from vocabulary import WORDS

SPECIAL = ["<pad>", "<bos>", "<user>", "<asst>", "<eos>"]
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}<asst>{{ message['content'] }}{{ eos_token }}"
    "{% else %}<user>{{ message['content'] }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<asst>{% endif %}"
)


def build_tokenizer(vocabulary_size: int, context: int) -> Qwen2Tokenizer:
    """Learns the merges from the vocabulary and from the primitives' texts. Deterministic."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r" ?[a-z]{2,}|[\s\S]"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        min_frequency=2,
        show_progress=False,
    )
    # A leading blank is the usual case in running text; the bare form begins answers and JSON
    # strings.
    texts = [f"{word}, {word} {word} {word} {word}" for word in WORDS for _ in range(20)]
    r = random.Random(0)
    prompts = (primitives.draw(r)[0] for _ in range(2000))
    texts += [
        " ".join(w for w in prompt.split() if w.isalpha() and w.islower()) for prompt in prompts
    ]
    learner.train_from_iterator(texts, trainer)

    learned = json.loads(learner.to_str())["model"]
    return Qwen2Tokenizer(
        vocab=learned["vocab"],
        merges=[tuple(merge) for merge in learned["merges"]],
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<eos>",
        unk_token="<pad>",
        additional_special_tokens=["<user>", "<asst>"],
        chat_template=CHAT_TEMPLATE,
        model_max_length=context,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )

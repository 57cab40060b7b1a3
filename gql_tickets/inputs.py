"""The schema's input types. Both doors build them, and resolvers turn them into the domain's words.

Here stand the references and the inputs of mutations; `filters` and `orders` are in their own
module, and are re-exported, so that callers know one name.
"""

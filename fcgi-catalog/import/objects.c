/* SPDX-License-Identifier: MIT */
/* The objects of a list of JSON. */
#include "fcgi-catalog/import/objects.h"

static enum objects_step step_inside(struct objects *objects, char byte)
{
    if (objects->is_in_text) {
        objects->is_in_text = objects->is_escaped || byte != '"';
        objects->is_escaped = !objects->is_escaped && byte == '\\';
        return OBJECTS_INSIDE;
    }
    objects->is_in_text = byte == '"';
    if (byte == '{' || byte == '[')
        objects->depth++;
    else if (byte == '}' || byte == ']')
        objects->depth--;
    return objects->depth > 0 ? OBJECTS_INSIDE : OBJECTS_END;
}

static enum objects_step step_between(struct objects *objects, char byte)
{
    bool awaits_object = objects->place == OBJECTS_FIRST || objects->place == OBJECTS_NEXT;

    if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n')
        return OBJECTS_BETWEEN;
    if (byte == '{' && awaits_object) {
        objects->place = OBJECTS_BEHIND;
        objects->depth = 1;
        return OBJECTS_BEGIN;
    }
    if (byte == '[' && objects->place == OBJECTS_NO_LIST)
        objects->place = OBJECTS_FIRST;
    else if (byte == ',' && objects->place == OBJECTS_BEHIND)
        objects->place = OBJECTS_NEXT;
    else if (byte == ']' && (objects->place == OBJECTS_FIRST || objects->place == OBJECTS_BEHIND))
        objects->place = OBJECTS_NO_LIST;
    else
        return OBJECTS_WRONG;
    return OBJECTS_BETWEEN;
}

enum objects_step objects_step(struct objects *objects, char byte)
{
    return objects->depth > 0 ? step_inside(objects, byte) : step_between(objects, byte);
}

const char *objects_expect(const struct objects *objects)
{
    static const char *const expected[] = {
        [OBJECTS_NO_LIST] = "another list or the end",
        [OBJECTS_FIRST] = "an object or ]",
        [OBJECTS_NEXT] = "an object",
        [OBJECTS_BEHIND] = ", or ]",
    };

    return objects->depth > 0 ? "the rest of the object" : expected[objects->place];
}

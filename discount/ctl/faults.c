/* SPDX-License-Identifier: MIT */
/* Faults, told. */
#include "discount/ctl/faults.h"

#include <stdio.h>
#include <string.h>

#include "common/ctl/command.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"

void fault_notes_add_line(void *data, size_t line, const char *message)
{
    fault_list_add(data, line, "", "", message);
}

static void tell_note(const struct fault_list *notes, const struct fault *note, const char *place)
{
    const char *line = note->place > 0 ? arena_print(notes->arena, ":%zu", note->place) : "";

    fprintf(stderr, "%s%s: ", display_text(notes->arena, place), line);
    if (note->subject[0] != '\0')
        fprintf(stderr, "%s: ", display_text(notes->arena, note->subject));
    if (note->field[0] != '\0')
        fprintf(stderr, "%s: ", display_text(notes->arena, note->field));
    fprintf(stderr, "%s\n", display_text(notes->arena, note->message));
}

static cJSON *notes_document(const struct fault_list *notes, const char *file)
{
    cJSON *document = cJSON_CreateObject();
    cJSON *array = cJSON_AddArrayToObject(document, "faults");

    for (size_t i = 0; i < notes->count; i++) {
        const struct fault *note = &notes->items[i];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "file", file != NULL ? file : "");
        cJSON_AddItemToObject(object, "line", json_number((int64_t)note->place));
        cJSON_AddStringToObject(object, "subject", note->subject);
        cJSON_AddStringToObject(object, "field", note->field);
        cJSON_AddStringToObject(object, "message", note->message);
        cJSON_AddItemToArray(array, object);
    }
    return document;
}

int fault_notes_tell(const struct fault_list *notes, const struct ctl_options *options, const char *file)
{
    for (size_t i = 0; i < notes->count; i++)
        tell_note(notes, &notes->items[i], file != NULL ? file : options->name);
    if (options->is_json)
        json_print(stdout, notes_document(notes, file));
    return COMMAND_REFUSED;
}

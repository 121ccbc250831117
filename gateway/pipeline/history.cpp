// See history.h.

#include "gateway/pipeline/history.h"

namespace gateway::history {

bool strip(Event& event) {
    const bool is_about_another = event.get<Reaction>() || event.get<Retraction>() || event.get<Receipt>() ||
                                  event.get<Correction>() || event.get<OtrMessage>();
    event.wants_receipt = false;
    event.remove<DisappearsAfter>();
    event.remove<Call>();
    if (auto* place = event.get<Location>()) place->is_live = false;
    return !is_about_another && (event.get<Text>() || event.get<Files>() || event.get<Location>());
}

}  // namespace gateway::history

